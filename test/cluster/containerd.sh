# containerd.sh, to be sourced after settings.sh, processes.sh and network.sh: the cluster's own containerd with root, state,
# socket and pod network below the cluster's folder. The system's containerd is neither used nor touched.

# The folder of the CNI plugins: Debian's, then everybody else's.
plugins_folder() {
  for folder in /usr/lib/cni /opt/cni/bin /usr/libexec/cni; do
    [ ! -x "$folder/bridge" ] || { echo "$folder"; return; }
  done
  return 1
}

# Layers are copied where the folder's file system cannot be overlaid (it is an overlay itself, for one).
choose_snapshotter() {
  trial=$state/overlay-trial
  mkdir -p "$trial/lower" "$trial/upper" "$trial/work" "$trial/merged"
  if mount -t overlay -o "lowerdir=$trial/lower,upperdir=$trial/upper,workdir=$trial/work" overlay "$trial/merged" 2>/dev/null; then
    umount "$trial/merged"
    echo overlayfs
  else
    echo native
  fi
  rm -rf "$trial"
}

containerd_config() {
  cat <<END
version = 2
root = "$state/containerd"
state = "$state/run"
# "opt" would make /opt/containerd.
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]
[grpc]
  address = "$containerd_socket"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "$pause_image"
  # A process that may not lower its own out-of-memory score may not lower its children's.
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  # As containerd 2 does by default: a container without rights may listen on port 80.
  enable_unprivileged_ports = true
  disable_apparmor = $([ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" = Y ] && echo false || echo true)
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "$(cat "$state/snapshotter")"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
        Root = "$state/runc"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "$(plugins_folder)"
    conf_dir = "$state/cni"
END
}

pod_network_config() {
  cat <<END
{
  "cniVersion": "0.4.0",
  "name": "$network",
  "plugins": [
    {
      "type": "bridge",
      "bridge": "$bridge",
      "isGateway": true,
      "ipMasq": true,
      "hairpinMode": true,
      "ipam": {
        "type": "host-local",
        "ranges": [[{"subnet": "$pod_network", "gateway": "$api_address"}]],
        "routes": [{"dst": "0.0.0.0/0"}],
        "dataDir": "$state/cni-addresses"
      }
    },
    {"type": "portmap", "capabilities": {"portMappings": true}, "snat": true}
  ]
}
END
}

start_containerd() {
  ! pid_of containerd >/dev/null || return 0
  [ -f "$state/snapshotter" ] || choose_snapshotter >"$state/snapshotter"
  mkdir -p "$state/cni"
  pod_network_config >"$state/cni/10-$network.conflist"
  containerd_config >"$state/containerd.toml"
  start containerd containerd --config "$state/containerd.toml"
  wait_for containerd ctr_cluster version
}
