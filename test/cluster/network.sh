# network.sh, to be sourced after settings.sh: the bridge of the pods, its route, and the kernel settings that nodes change;
# and how all of it goes away again, with the firewall rules that kube-proxy, the kubelet and the CNI plugins made.

# What we, the kubelet and kube-proxy set. As it was, it is kept in a file.
sysctls='net.ipv4.ip_forward net.bridge.bridge-nf-call-iptables vm.overcommit_memory vm.panic_on_oom kernel.panic
  kernel.panic_on_oops kernel.keys.root_maxkeys kernel.keys.root_maxbytes net.ipv4.conf.all.route_localnet
  net.ipv4.vs.conntrack'

network_up() {
  if [ ! -f "$state/sysctls-before" ]; then
    for key in $sysctls; do
      file=/proc/sys/$(echo "$key" | tr . /)
      [ ! -r "$file" ] || echo "$file $(cat "$file")"
    done >"$state/sysctls-before.new"
    ! iptables-save -t nat 2>/dev/null | grep -q '^:CNI-HOSTPORT' || touch "$state/shared-chains"
    mv "$state/sysctls-before.new" "$state/sysctls-before"
  fi
  echo 1 >/proc/sys/net/ipv4/ip_forward
  # Two pods of one bridge: without this the answer of a Service's pod passes the firewall by, and with the wrong address.
  [ ! -w /proc/sys/net/bridge/bridge-nf-call-iptables ] || echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables

  if ! bridge_exists; then
    ip link add "$bridge" type bridge
    # Given, not taken from the first pod: it would change with every pod that ends. The alias says whose it is.
    ip link set "$bridge" address 0a:85:00:00:00:01 alias "$cluster"
    ip addr add "$api_address/16" dev "$bridge"
  fi
  ip link set "$bridge" up
  # A machine without a default route has no way to Services before kube-proxy is asked. Where there is one, a route of our
  # own does harm: through the bridge, pods would be told to look for Services there.
  ip route get "$dns_address" >/dev/null 2>&1 || ip route add "$service_network" dev lo src "$api_address"
  # Where a container engine lets nothing be forwarded.
  add_rule FORWARD -i "$bridge" -j ACCEPT
  add_rule FORWARD -o "$bridge" -j ACCEPT
  # To a Service's address that kube-proxy knows nothing of: refused at once, not sent into the world.
  add_rule FORWARD -d "$service_network" -j REJECT
  add_rule OUTPUT -d "$service_network" -j REJECT
}

# add_rule CHAIN MATCH…: in front, unless it is there. The comment says whose it is.
add_rule() {
  chain=$1
  shift
  iptables -w -C "$chain" -m comment --comment pilotfish-cluster "$@" 2>/dev/null \
    || iptables -w -I "$chain" -m comment --comment pilotfish-cluster "$@"
}

# remove_rules iptables|ip6tables TABLE: one transaction, so that the rules of others stay as they are.
remove_rules() {
  orders=$logs/$1-$2.removed
  "$1-save" -t "$2" 2>/dev/null \
    | awk -v table="$2" -v network="$network" -v shared="$([ -e "$state/shared-chains" ] || echo 1)" -f "$here/our-rules.awk" >"$orders" \
    || { rm -f "$orders"; return 0; }
  "$1-restore" --noflush -w 10 <"$orders" || echo "cluster-down: rules of $1's table $2 stay; $orders is what was tried" >&2
}

bridge_exists() { ip link show "$bridge" >/dev/null 2>&1; }

bridge_owner() { ip link show "$bridge" 2>/dev/null | sed -n 's/^ *alias //p'; }

network_down() {
  # Where we never made a network, chains named KUBE-… are another cluster's.
  [ -e "$state/sysctls-before" ] || [ "$(bridge_owner)" = "$cluster" ] || return 0
  for link in $(ip -o link show master "$bridge" 2>/dev/null | sed 's/^[0-9]*: \([^:@]*\).*/\1/'); do
    ip link del "$link" 2>/dev/null || true
  done
  ! bridge_exists || ip link del "$bridge"
  ip route del "$service_network" dev lo 2>/dev/null || true
  mkdir -p "$logs"
  for family in iptables ip6tables; do
    for table in filter nat mangle raw; do
      remove_rules $family $table
    done
  done
  [ ! -f "$state/sysctls-before" ] || while read -r file value; do
    [ "$(cat "$file")" = "$value" ] || echo "$value" >"$file" || true
  done <"$state/sysctls-before"
}
