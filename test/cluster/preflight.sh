# preflight.sh, to be sourced after settings.sh and failures.sh: what a machine must have before anything is started. Installs
# Debian packages, changes nothing else.

need_root() {
  [ "$(uname -s)" = Linux ] || refuse 69 "a node needs Linux, this is $(uname -s)" "Set KUBECONFIG to a cluster that you have (kind, minikube)."
  [ "$(id -u)" = 0 ] || refuse 77 "a node needs root" "Run 'sudo -E make cluster-up', or set KUBECONFIG to a cluster that you have."
}

# need_packages: program or file, and the Debian package that brings it.
need_packages() {
  missing=
  while read -r package program; do
    command -v "$program" >/dev/null || [ -e "$program" ] || missing="$missing $package"
  done <<END
containerd containerd
containerd ctr
runc runc
iptables iptables-restore
iproute2 ip
iproute2 ss
conntrack conntrack
buildah buildah
busybox-static busybox
openssl openssl
util-linux setsid
END
  plugins_folder >/dev/null || missing="$missing containernetworking-plugins"
  # shellcheck disable=SC2086
  set -- $(printf '%s\n' $missing | sort -u)
  [ $# -gt 0 ] || return 0
  command -v apt-get >/dev/null || refuse 69 "missing: $*" "These are Debian's names; install what your system calls them."
  echo "== installing Debian packages: $* =="
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >"$logs/apt-get.log" 2>&1 \
    || { apt-get update >>"$logs/apt-get.log" 2>&1 \
      && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >>"$logs/apt-get.log" 2>&1; } \
    || refuse 69 "apt-get could not install $*" "See $logs/apt-get.log, or install them yourself."
}

need_kernel() {
  unshare --net --mount true 2>/dev/null \
    || refuse 69 "network and mount namespaces cannot be made" "A container must be privileged; a kernel needs CONFIG_NET_NS."
  for controller in cpu memory pids; do
    grep -qw "$controller" /sys/fs/cgroup/cgroup.controllers 2>/dev/null || [ -d "/sys/fs/cgroup/$controller" ] \
      || refuse 69 "the control group controller '$controller' is not there" "Mount cgroup2, or cgroup v1's $controller, below /sys/fs/cgroup."
  done
  # In a namespace of its own: the trial leaves nothing.
  unshare --net sh -c 'ip link add trial type bridge && ip link add trial0 type veth peer name trial1' 2>/dev/null \
    || refuse 69 "bridges or veth pairs cannot be made" "The kernel modules 'bridge' and 'veth' are needed: modprobe bridge veth."
  unshare --net iptables -t nat -A OUTPUT -m comment --comment trial -m statistic --mode random --probability 0.5 -j RETURN 2>/dev/null \
    || refuse 69 "the firewall lacks nat, comment or statistic" "The kernel modules are needed: modprobe iptable_nat xt_comment xt_statistic nf_conntrack."
}

# need_space FOLDER MEGABYTES
need_space() {
  free=$(df -Pm "$1" | awk 'NR == 2 { print $4 }')
  [ "$free" -ge "$2" ] || refuse 75 "$1 has $free MB free, $2 are needed" "Free some space, or set PILOTFISH_CLUSTER_DIR and PILOTFISH_CACHE to another disk."
}

# need_port NAME ADDRESS PORT: unless NAME runs already, then it is its own. A listener on the address or on all of them is in its way.
need_port() {
  pid_of "$1" >/dev/null && return
  holder=$(ss -Htlnp "( sport = :$3 )" | awk -v a="$2:$3" -v p=":$3" '$4 == a || $4 == "*" p || $4 == "0.0.0.0" p || $4 == "[::]" p { print $NF; exit }')
  [ -z "$holder" ] || refuse 75 "port $3 of $1 is taken by $holder" "End that program, or choose others: PILOTFISH_CLUSTER_API_PORT=, PILOTFISH_CLUSTER_ETCD_PORT= (the kubelet's 10250 and 10255 are fixed)."
}

need_ports() {
  need_port etcd 127.0.0.1 "$etcd_port"
  need_port etcd 127.0.0.1 "$peer_port"
  need_port kube-apiserver "$api_address" "$api_port"
  need_port kubelet "$api_address" 10250
  need_port kubelet "$api_address" 10255
  need_port kube-proxy "$api_address" 10256
}

# One cluster a machine: not beside another one, and not in its network.
need_network() {
  owner=$(bridge_owner)
  if bridge_exists && [ "$owner" != "$cluster" ]; then
    [ -z "$owner" ] || refuse 75 "the bridge $bridge belongs to the cluster in $owner" "PILOTFISH_CLUSTER_DIR=$owner make cluster-down"
    refuse 75 "there is a bridge $bridge already, nobody's" "If nothing uses it: ip link del $bridge"
  fi
  for range in "$pod_network" "$service_network"; do
    other=$(ip route show root "$range" | grep -v " dev $bridge " || true)
    [ -z "$other" ] || refuse 75 "the network $range is in use here: $other" "Leave that network (a VPN?) while the cluster runs."
  done
  # Unless they are ours, of a cluster that was not taken down.
  if [ ! -e "$state/sysctls-before" ] && iptables-save -t nat 2>/dev/null | grep -q '^:KUBE-SERVICES'; then
    refuse 75 "another kube-proxy has rules on this machine" "Use that cluster, by KUBECONFIG. If it is gone, 'kube-proxy --cleanup' removes what it left."
  fi
}

preflight() {
  # Sockets have paths of at most 107 bytes; containerd's own is the longest of ours.
  [ ${#state} -le 70 ] || refuse 64 "the path $state is too long for sockets" "Choose a shorter one by PILOTFISH_CLUSTER_DIR."
  need_packages
  need_kernel
  need_space "$cluster" 1500
  need_network
  need_ports
}
