# processes.sh, to be sourced: starts programs in the background and ends them again, by pid. A pid file also holds when
# its process started, so that a stale one never names a stranger who was given the same number later.
# Needs $state (the pid files) and $logs (NAME.log); wait_for calls `fail NAME SENTENCE`, which the caller defines.

# identity PID: what no later process of that number shares; nothing for a process that is gone or only waits to be buried.
identity() {
  if [ -d /proc/self ]; then
    sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | awk '$1 != "Z" { print $20 }'
  else
    ps -o lstart= -p "$1"
  fi
}

# pid_of NAME: prints its pid if what start began still runs.
pid_of() {
  [ -f "$state/$1.pid" ] || return 1
  { read -r pid && read -r started; } <"$state/$1.pid" || return 1
  [ -n "$started" ] && [ "$(identity "$pid")" = "$started" ] && echo "$pid"
}

# start NAME PROGRAM ARGUMENT…: a session of its own, so that Ctrl-C in the terminal does not reach it, and without the
# descriptor 9, which may hold a lock.
start() {
  name=$1
  shift
  pid_of "$name" >/dev/null && return
  # shellcheck disable=SC2046
  $(command -v setsid) "$@" >>"$logs/$name.log" 2>&1 </dev/null 9>&- &
  printf '%s\n%s\n' $! "$(identity $!)" >"$state/$name.pid"
}

# stop NAME [SECONDS]: asks, waits, then kills.
stop() {
  pid=$(pid_of "$1") || { rm -f "$state/$1.pid"; return 0; }
  kill "$pid" 2>/dev/null || true
  tries=$((${2:-10} * 10))
  while pid_of "$1" >/dev/null; do
    [ $tries -gt 0 ] || { kill -9 "$pid" 2>/dev/null || true; break; }
    tries=$((tries - 1))
    sleep 0.1
  done
  rm -f "$state/$1.pid"
}

# wait_for NAME COMMAND…: until it succeeds: at most a minute, and only as long as NAME runs.
wait_for() {
  waited_for=$1
  shift
  tries=0
  until "$@" >/dev/null 2>&1; do
    pid_of "$waited_for" >/dev/null || fail "$waited_for" "ended"
    tries=$((tries + 1))
    [ $tries -lt 300 ] || fail "$waited_for" "was not ready within a minute"
    sleep 0.2
  done
}
