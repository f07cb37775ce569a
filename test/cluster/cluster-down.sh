#!/bin/sh
# cluster-down.sh: ends what cluster-up.sh started, all pods with it, and takes away mounts, network, firewall rules and
# control groups. Logs and the built programs stay. Works on half a cluster, on one whose processes are gone, and on none;
# says what it could not take away, and succeeds.
set -u
here=$(cd "$(dirname "$0")" && pwd)
for file in settings failures processes network lock leftovers; do
  # shellcheck source=/dev/null
  . "$here/$file.sh"
done
[ -d "$cluster" ] || bridge_exists || { echo "There is no cluster."; exit 0; }
[ "$(id -u)" = 0 ] || { echo "cluster-down: only root can end the node: sudo -E make cluster-down" >&2; exit 77; }
mkdir -p "$logs"
lock 60

# First those that would start something again.
for name in kubelet kube-scheduler kube-controller-manager kube-proxy; do stop $name; done
stop containerd
end_pods
# What they know is thrown away: there is nothing to wait for.
for name in kube-apiserver etcd; do stop $name 1; done
remove_control_groups
remove_mounts
network_down
remove_traces
rm -rf --one-file-system "$state" || echo "cluster-down: $state could not be removed" >&2
echo "The cluster is down. Logs: $logs"
