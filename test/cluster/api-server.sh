#!/bin/sh
# api-server.sh up DIRECTORY | down DIRECTORY: a real Kubernetes API server with its controllers and its own etcd, on
# loopback, for what needs no node: admission, rights, schemas. No kubelet, so pods are created but never run.
# `up` builds the programs if needed (build-components.sh), keeps everything in DIRECTORY, and ends by printing the path of
# an administrator's kubeconfig. `down` ends what `up` started; DIRECTORY stays, for its logs.
set -eu

usage() { echo "usage: api-server.sh up|down DIRECTORY" >&2; exit 64; }
[ $# -eq 2 ] || usage
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$2"
state=$(cd "$2" && pwd)
node=${NODE:-$here/../../node_modules/.bin/node}

down() {
  # The API server before its store, the controllers before both.
  for name in kube-controller-manager kube-apiserver etcd; do
    [ -f "$state/$name.pid" ] || continue
    pid=$(cat "$state/$name.pid")
    kill "$pid" 2>/dev/null || true
    tries=0
    while kill -0 "$pid" 2>/dev/null && [ $tries -lt 100 ]; do tries=$((tries + 1)); sleep 0.1; done
    kill -9 "$pid" 2>/dev/null || true
    rm -f "$state/$name.pid"
  done
}

start() {
  name=$1
  shift
  "$bin/$name" "$@" >"$state/$name.log" 2>&1 &
  echo $! >"$state/$name.pid"
}

# wait_for WHAT COMMAND…: at most a minute.
wait_for() {
  what=$1
  shift
  tries=0
  until "$@" >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ $tries -lt 300 ] || { echo "api-server: $what did not come up; see $state/*.log" >&2; down; exit 1; }
    sleep 0.2
  done
}

# sign NAME SUBJECT [EXTENSION]: a key and a certificate of our authority.
sign() {
  openssl req -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.csr" -subj "$2" 2>/dev/null
  printf '%s\n' "${3:-extendedKeyUsage=clientAuth}" >"$1.ext"
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -extfile "$1.ext" -out "$1.crt" 2>/dev/null
}

make_certificates() {
  openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 30 -subj /CN=pilotfish-test-cluster 2>/dev/null
  sign server /CN=kube-apiserver "subjectAltName=IP:127.0.0.1,IP:10.96.0.1,DNS:localhost,DNS:kubernetes.default.svc"
  sign admin /O=system:masters/CN=admin
  sign controllers /CN=system:kube-controller-manager
  openssl genrsa -out service-account.key 2048 2>/dev/null
  openssl rsa -in service-account.key -pubout -out service-account.pub 2>/dev/null
}

# kubeconfig USER: everything inside, so that the file can be copied.
kubeconfig() {
  cat <<END
apiVersion: v1
kind: Config
clusters:
  - name: test
    cluster: {server: "https://127.0.0.1:$api_port", certificate-authority-data: $(base64 -w0 ca.crt)}
users:
  - name: $1
    user: {client-certificate-data: $(base64 -w0 "$1.crt"), client-key-data: $(base64 -w0 "$1.key")}
contexts:
  - name: test
    context: {cluster: test, user: $1}
current-context: test
END
}

up() {
  bin=$("$here/build-components.sh" etcd kube-apiserver kube-controller-manager kubectl | tail -n 1)
  cd "$state"
  [ -f ca.crt ] || make_certificates
  # Three ports that were free a moment ago.
  set -- $("$node" -e 'const s=[1,2,3].map(()=>require("net").createServer().listen(0,"127.0.0.1"));
    setTimeout(()=>{console.log(s.map(x=>x.address().port).join(" "));s.forEach(x=>x.close())},50)')
  etcd_port=$1 peer_port=$2 api_port=$3

  start etcd --data-dir "$state/etcd" --unsafe-no-fsync --log-level warn \
    --listen-client-urls "http://127.0.0.1:$etcd_port" --advertise-client-urls "http://127.0.0.1:$etcd_port" \
    --listen-peer-urls "http://127.0.0.1:$peer_port" --initial-advertise-peer-urls "http://127.0.0.1:$peer_port" \
    --initial-cluster "default=http://127.0.0.1:$peer_port" --force-new-cluster
  start kube-apiserver --etcd-servers "http://127.0.0.1:$etcd_port" \
    --bind-address 127.0.0.1 --advertise-address 127.0.0.1 --secure-port "$api_port" \
    --tls-cert-file server.crt --tls-private-key-file server.key --client-ca-file ca.crt \
    --service-account-issuer https://kubernetes.default.svc \
    --service-account-key-file service-account.pub --service-account-signing-key-file service-account.key \
    --authorization-mode Node,RBAC --enable-admission-plugins NodeRestriction \
    --service-cluster-ip-range 10.96.0.0/16 --allow-privileged --endpoint-reconciler-type none
  kubeconfig admin >kubeconfig
  kubeconfig controllers >controllers.kubeconfig
  chmod 600 kubeconfig controllers.kubeconfig
  wait_for kube-apiserver "$bin/kubectl" --kubeconfig kubeconfig get --raw /readyz
  start kube-controller-manager --kubeconfig controllers.kubeconfig --leader-elect=false --bind-address 127.0.0.1 --secure-port 0 \
    --use-service-account-credentials --service-account-private-key-file service-account.key --root-ca-file ca.crt \
    --allocate-node-cidrs=false
  wait_for "the controllers" "$bin/kubectl" --kubeconfig kubeconfig --namespace default get serviceaccount default
  echo "$state/kubeconfig"
}

case $1 in
  up) up ;;
  down) down ;;
  *) usage ;;
esac
