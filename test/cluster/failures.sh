# failures.sh, to be sourced after settings.sh: how the cluster's commands give up: which part, which log, its last lines, and
# what mends it where that is known.

# refuse CODE SENTENCE REMEDY: before anything is started.
refuse() {
  echo "cluster-up: $2" >&2
  echo "  $3" >&2
  exit "$1"
}

# fail NAME SENTENCE: a part of the cluster that does not do what it should.
fail() {
  log=$logs/$1.log
  echo "${command:-cluster-up}: $1 $2. The last lines of $log:" >&2
  tail -n 12 "$log" 2>/dev/null | cut -c 1-300 | sed 's/^/  | /' >&2
  remedy "$log" | sed 's/^/  /' >&2
  echo "  'make cluster-down' takes away what was started; 'make cluster-up' tries again." >&2
  exit 1
}

# remedy LOG: one sentence for each known trouble in its last lines.
remedy() {
  tail -n 40 "$1" 2>/dev/null | awk '
    /no space left on device/ { say["The disk is full: free some space, or set PILOTFISH_CLUSTER_DIR to a folder on another one."] }
    /address already in use/ { say["A port is taken: see the line above; PILOTFISH_CLUSTER_API_PORT and PILOTFISH_CLUSTER_ETCD_PORT choose others."] }
    /too many open files|inotify/ { say["Too few files or watches: raise ulimit -n and the sysctl fs.inotify.max_user_instances."] }
    /operation not permitted|permission denied/ { say["A right is missing: run as root, in a container with --privileged."] }
    /certificate (has expired|is not yet valid)|x509:/ { say["Certificates of another start: make cluster-down makes the next start with new ones."] }
    /can.t find in-memory|cgroup.*(not (mounted|found)|no such file)/ { say["A control group controller is missing: cpu, memory and pids must be mounted below /sys/fs/cgroup."] }
    /Table does not exist|can.t initialize (ip|nf)tables|No chain\/target\/match/ { say["The kernel lacks a firewall module: modprobe ip_tables iptable_nat nf_nat xt_comment xt_conntrack xt_statistic."] }
    /already has an IP address different/ { say["A bridge of another configuration is left: make cluster-down removes it."] }
    /failed to (create|setup) network|netns|network namespace/ { say["A network namespace is left or cannot be made: make cluster-down, then again; unshare -n true must work."] }
    END { for (sentence in say) print sentence }'
}
