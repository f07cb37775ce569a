#!/bin/sh
# cluster-up.sh: a Kubernetes cluster of one real node on this machine, without Docker and without a registry: etcd, the
# control plane, containerd, a kubelet, kube-proxy, a pod network, DNS. Everything it keeps is in one folder
# ($PILOTFISH_CLUSTER_DIR); it starts what does not run, so it may be called again. cluster-down.sh takes all of it away.
set -eu
began=$(date +%s)
here=$(cd "$(dirname "$0")" && pwd)
for file in settings failures processes control-plane network containerd node dns system-images preflight lock; do
  # shellcheck source=/dev/null
  . "$here/$file.sh"
done

need_root
# Logs outlive their cluster, until the next one.
[ -d "$state" ] || rm -rf "$logs"
mkdir -p "$state" "$logs" "$cache"
chmod 700 "$state"
lock
preflight

parts='etcd kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy coredns kubectl'
# Go's caches of modules and of compiled packages need most of it.
ls "$cache"/kubernetes-*/bin/kube-proxy >/dev/null 2>&1 || need_space "$cache" 8000
# shellcheck disable=SC2086
bin=$("$here/build-components.sh" $parts | awk '/^==/ { print >"/dev/stderr" } { last = $0 } END { print last }')
for part in $parts; do
  [ -x "$bin/$part" ] || refuse 69 "could not build $part" "Go 1.26 or newer and a Go module proxy are needed; its messages are above."
done
build_system_images || refuse 69 "could not build the cluster's own images" "buildah's message is above; 'buildah info' tells about its storage."

cd "$state"
network_up
[ -f ca.crt ] || make_certificates
node_certificates
# All that need not wait for another starts first.
start_etcd
start_containerd
wait_for etcd "$bin/kubectl" --server "http://127.0.0.1:$etcd_port" get --raw /health
start_api_server --kubelet-client-certificate apiserver-kubelet-client.crt --kubelet-client-key apiserver-kubelet-client.key \
  --kubelet-certificate-authority ca.crt --kubelet-preferred-address-types InternalIP
load_system_images
wait_for_api_server
# Whoever called sudo is the one who uses it.
[ -z "${SUDO_UID:-}" ] || { chmod 711 "$state" && chown "$SUDO_UID" kubeconfig; }
start_controllers
start_scheduler
start_proxy
start_kubelet
apply_dns
wait_for kubelet node_ready
wait_for_dns

echo "The cluster is up: $(kubectl_cluster get node "$node" --no-headers | awk '{ print $1, $2, $5 }'), after $(($(date +%s) - began)) s. Logs: $logs"
echo "export KUBECONFIG=$state/kubeconfig"
echo "export KUBECTL=$bin/kubectl"
