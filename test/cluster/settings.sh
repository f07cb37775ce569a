# settings.sh, to be sourced: where the cluster keeps its things, its names and its addresses. Changes nothing.

here=$(cd "$(dirname "$0")" && pwd)
cache=${PILOTFISH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pilotfish}
cluster=${PILOTFISH_CLUSTER_DIR:-$cache/cluster}
case $cluster in /*) ;; *) cluster=$PWD/$cluster ;; esac
state=$cluster/state # all of a cluster: gone with it
logs=$cluster/logs   # kept

# One cluster a machine: the bridge and the firewall's rules are the machine's.
bridge=pilotfish0
network=pilotfish
node=pilotfish-node

# The machine's own address on the bridge. The API server and the kubelet listen there: pods reach them, the outside does not.
api_address=10.85.0.1
api_port=${PILOTFISH_CLUSTER_API_PORT:-6443}
etcd_port=${PILOTFISH_CLUSTER_ETCD_PORT:-23790}
peer_port=$((etcd_port + 1))
pod_network=10.85.0.0/16
service_network=10.96.0.0/16
dns_address=10.96.0.10

containerd_socket=$state/containerd.sock
processes='etcd kube-apiserver kube-controller-manager kube-scheduler containerd kubelet kube-proxy'

# ctr_cluster ARGUMENT…: ctr with the cluster's own containerd.
ctr_cluster() {
  CONTAINERD_SNAPSHOTTER=$(cat "$state/snapshotter") ctr --address "$containerd_socket" --namespace k8s.io "$@"
}

kubectl_cluster() {
  "$bin/kubectl" --kubeconfig "$state/kubeconfig" "$@"
}
