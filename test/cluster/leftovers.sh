# leftovers.sh, to be sourced after settings.sh: ends the pods without asking containerd or the API server, which may be gone,
# and removes what they leave: mounts, control groups, notes in folders that are not ours.

# The control groups of our containers (v1: a tree a controller; v2: one tree): named by the containers that containerd
# keeps a folder for. Those of another containerd are their neighbours.
pod_control_groups() {
  for container in "$state"/run/io.containerd.runtime.v2.task/k8s.io/*; do
    for group in /sys/fs/cgroup/k8s.io/"${container##*/}" /sys/fs/cgroup/*/k8s.io/"${container##*/}"; do
      [ ! -d "$group" ] || echo "$group"
    done
  done
}

# The processes in them, and their shims, known by our socket.
pod_processes() {
  pod_control_groups | while read -r group; do find "$group" -name cgroup.procs -exec cat {} +; done
  for process in /proc/[0-9]*; do
    case $(cat "$process/cmdline" 2>/dev/null | tr '\0' ' ') in
      *containerd-shim*" -address $containerd_socket "*) echo "${process#/proc/}" ;;
    esac
  done
}

end_pods() {
  tries=0
  while pids=$(pod_processes | sort -u) && [ -n "$pids" ] && [ $tries -lt 50 ]; do
    # shellcheck disable=SC2086
    kill -9 $pids 2>/dev/null
    tries=$((tries + 1))
    sleep 0.1
  done
  # Their sockets are in a folder that all containerds share.
  find "$state/run" -name address -path '*runtime.v2.task*' -exec cat {} + 2>/dev/null | sed 's|unix://|\n|g' | while read -r socket; do
    case $socket in /run/containerd/s/*) rm -f "$socket" ;; esac
  done
}

# Deepest first; namespaces of the network are mounts too, and with them go their interfaces.
remove_mounts() {
  tries=0
  while points=$(mounts_below) && [ -n "$points" ]; do
    tries=$((tries + 1))
    [ $tries -le 5 ] || { echo "cluster-down: still mounted: $points" >&2; return; }
    printf '%s\n' "$points" | while read -r point; do
      umount "$point" 2>/dev/null || umount --lazy "$point" 2>/dev/null
    done
  done
}

# The kernel writes a space as \040.
mounts_below() {
  awk -v below="$state/" '{ gsub(/\\040/, " ", $5) } index($5, below) == 1 { print $5 }' /proc/self/mountinfo | sort -r
}

# Before the mounts, and with them what containerd knows.
remove_control_groups() {
  pod_control_groups | while read -r group; do
    find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || echo "cluster-down: the control group $group stays" >&2
  done
  rmdir /sys/fs/cgroup/k8s.io /sys/fs/cgroup/*/k8s.io 2>/dev/null || true
}

# What the kubelet and the plugins write into folders that are the machine's, wherever theirs are.
remove_traces() {
  rm -f /var/lib/cni/results/"$network"-*
  for container in "$state"/run/io.containerd.grpc.v1.cri/sandboxes/*; do
    rm -f /var/lib/cni/results/cni-loopback-"${container##*/}"-lo
  done
  [ ! -d /var/log/containers ] || {
    find /var/log/containers -type l -lname "$logs/pods/*" -delete
    rmdir /var/log/containers 2>/dev/null || true
  }
  # The kubelet's one socket that no flag moves, unless another kubelet listens there.
  ss -Hxl | grep -qF /var/lib/kubelet/device-plugins/kubelet.sock || rm -f /var/lib/kubelet/device-plugins/kubelet.sock
  rmdir /var/lib/kubelet/device-plugins /var/lib/kubelet /run/containerd/s /run/containerd 2>/dev/null || true
}
