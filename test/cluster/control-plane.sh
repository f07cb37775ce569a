# control-plane.sh, to be sourced after processes.sh: certificates, etcd, the API server and its controllers. Works in the
# current folder; needs $bin (build-components.sh), $etcd_port, $peer_port, $api_address, $api_port.

# sign NAME SUBJECT [EXTENSION]: a key and a certificate of our authority.
sign() {
  openssl req -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.csr" -subj "$2" 2>/dev/null
  printf '%s\n' "${3:-extendedKeyUsage=clientAuth}" >"$1.ext"
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -extfile "$1.ext" -out "$1.crt" 2>/dev/null
}

make_certificates() {
  openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.new -days 30 -subj /CN=pilotfish-test-cluster 2>/dev/null
  # The last file first: what was broken off in the middle is made again.
  openssl genrsa -out service-account.key 2048 2>/dev/null
  openssl rsa -in service-account.key -pubout -out service-account.pub 2>/dev/null
  mv ca.new ca.crt
  names=DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local
  sign server /CN=kube-apiserver "subjectAltName=IP:$api_address,IP:127.0.0.1,IP:10.96.0.1,$names"
  sign admin /O=system:masters/CN=admin
  sign controllers /CN=system:kube-controller-manager
}

# kubeconfig USER: everything inside, so that the file can be copied.
kubeconfig() {
  cat <<END
apiVersion: v1
kind: Config
clusters:
  - name: test
    cluster: {server: "https://$api_address:$api_port", certificate-authority-data: $(base64 -w0 ca.crt)}
users:
  - name: $1
    user: {client-certificate-data: $(base64 -w0 "$1.crt"), client-key-data: $(base64 -w0 "$1.key")}
contexts:
  - name: test
    context: {cluster: test, user: $1}
current-context: test
END
}

start_etcd() {
  start etcd "$bin/etcd" --data-dir "$PWD/etcd" --unsafe-no-fsync --log-level warn \
    --listen-client-urls "http://127.0.0.1:$etcd_port" --advertise-client-urls "http://127.0.0.1:$etcd_port" \
    --listen-peer-urls "http://127.0.0.1:$peer_port" --initial-advertise-peer-urls "http://127.0.0.1:$peer_port" \
    --initial-cluster "default=http://127.0.0.1:$peer_port" --force-new-cluster
}

# start_api_server FLAG…: with the caller's flags besides.
start_api_server() {
  start kube-apiserver "$bin/kube-apiserver" --etcd-servers "http://127.0.0.1:$etcd_port" \
    --bind-address "$api_address" --advertise-address "$api_address" --secure-port "$api_port" \
    --tls-cert-file server.crt --tls-private-key-file server.key --client-ca-file ca.crt \
    --service-account-issuer https://kubernetes.default.svc \
    --service-account-key-file service-account.pub --service-account-signing-key-file service-account.key \
    --authorization-mode Node,RBAC --enable-admission-plugins NodeRestriction \
    --service-cluster-ip-range 10.96.0.0/16 --allow-privileged "$@"
}

# wait_for_api_server: writes the administrator's kubeconfig, and waits until it can be used.
wait_for_api_server() {
  kubeconfig admin >kubeconfig
  chmod 600 kubeconfig
  wait_for kube-apiserver "$bin/kubectl" --kubeconfig kubeconfig get --raw /readyz
}

start_controllers() {
  kubeconfig controllers >controllers.kubeconfig
  chmod 600 controllers.kubeconfig
  start kube-controller-manager "$bin/kube-controller-manager" --kubeconfig controllers.kubeconfig --leader-elect=false \
    --bind-address 127.0.0.1 --secure-port 0 --use-service-account-credentials \
    --service-account-private-key-file service-account.key --root-ca-file ca.crt --allocate-node-cidrs=false \
    --flex-volume-plugin-dir "$PWD/volume-plugins"
}
