# node.sh, to be sourced after control-plane.sh: the kubelet, kube-proxy and the scheduler of the one node, for machines with
# cgroup v1 or v2, with or without systemd, and without the right to raise limits.

node_certificates() {
  [ ! -f kube-proxy.crt ] || return 0
  sign apiserver-kubelet-client /O=system:masters/CN=apiserver-kubelet-client
  sign kubelet "/O=system:nodes/CN=system:node:$node"
  sign kubelet-server "/O=system:nodes/CN=system:node:$node" "subjectAltName=IP:$api_address,DNS:$node"
  sign scheduler /CN=system:kube-scheduler
  sign kube-proxy /CN=system:kube-proxy
}

kubelet_config() {
  cat <<END
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $api_address
# For what reads a kubelet without a token; reachable from this machine and its pods only.
readOnlyPort: 10255
healthzPort: 0
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $state/ca.crt}}
authorization: {mode: Webhook}
tlsCertFile: $state/kubelet-server.crt
tlsPrivateKeyFile: $state/kubelet-server.key
containerRuntimeEndpoint: unix://$containerd_socket
clusterDNS: [$dns_address]
clusterDomain: cluster.local
resolvConf: $state/resolv.conf
podLogsDir: $logs/pods
volumePluginDir: $state/volume-plugins
cgroupDriver: cgroupfs
cgroupsPerQOS: false
enforceNodeAllocatable: []
failCgroupV1: false
failSwapOn: false
oomScoreAdj: 0
# A developer's disk is often fuller than a server's may be.
evictionHard: {memory.available: 50Mi, nodefs.available: 0.1%, nodefs.inodesFree: 0.1%, imagefs.available: 0.1%}
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
END
}

# The resolver of this machine, without those that only listen on its loopback: a pod cannot ask them.
resolvers() {
  grep -v '^nameserver  *\(127\.\|::1\)' /etc/resolv.conf || true
}

start_kubelet() {
  ! pid_of kubelet >/dev/null || return 0
  kubeconfig kubelet >kubelet.kubeconfig
  chmod 600 kubelet.kubeconfig
  resolvers >resolv.conf
  kubelet_config >kubelet.yaml
  start kubelet "$bin/kubelet" --config kubelet.yaml --kubeconfig kubelet.kubeconfig --root-dir "$state/kubelet" \
    --cert-dir "$state/kubelet-pki" --hostname-override "$node" --node-ip "$api_address"
}

# Ends by itself when its file is written, even with the same text.
start_proxy() {
  ! pid_of kube-proxy >/dev/null || return 0
  kubeconfig kube-proxy >kube-proxy.kubeconfig
  chmod 600 kube-proxy.kubeconfig
  cat >kube-proxy.yaml <<END
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clientConnection: {kubeconfig: $state/kube-proxy.kubeconfig}
hostnameOverride: $node
mode: iptables
iptables: {localhostNodePorts: false}
clusterCIDR: $pod_network
nodePortAddresses: [$pod_network]
healthzBindAddress: $api_address:10256
metricsBindAddress: $api_address:10249
oomScoreAdj: 0
# Nothing of the machine's own: its table of connections stays as it is.
conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
END
  start kube-proxy "$bin/kube-proxy" --config kube-proxy.yaml
}

start_scheduler() {
  ! pid_of kube-scheduler >/dev/null || return 0
  kubeconfig scheduler >scheduler.kubeconfig
  chmod 600 scheduler.kubeconfig
  start kube-scheduler "$bin/kube-scheduler" --kubeconfig scheduler.kubeconfig --leader-elect=false \
    --bind-address 127.0.0.1 --secure-port 0
}

# What pods can be scheduled to: Ready.
node_ready() {
  [ "$(kubectl_cluster get node "$node" -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}' 2>/dev/null)" = True ]
}
