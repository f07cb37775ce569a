# lock.sh, to be sourced after settings.sh and failures.sh: one command at a time on the cluster. The lock ends with the command;
# what it starts does not keep it (processes.sh closes the descriptor).
lock() {
  exec 9>"$cluster/lock"
  flock -w "${1:-1}" 9 || refuse 75 "another command is at work on this cluster" "Wait until it has ended: it holds $cluster/lock."
}
