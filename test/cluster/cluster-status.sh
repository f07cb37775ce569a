#!/bin/sh
# cluster-status.sh: what of the cluster runs, since when, and whether its node takes pods. Succeeds only if it does.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
for file in settings processes containerd control-plane node; do
  # shellcheck source=/dev/null
  . "$here/$file.sh"
done
bin=$("$here/build-components.sh" kubectl | tail -n 1)
for name in $processes; do
  if pid=$(pid_of "$name"); then
    printf '%-24s pid %-8s since %s\n' "$name" "$pid" "$(ps -o lstart= -p "$pid")"
  elif [ -f "$state/$name.pid" ]; then
    printf '%-24s ended; see %s\n' "$name" "$logs/$name.log"
  else
    printf '%-24s not started\n' "$name"
  fi
done
echo "logs                     $logs"
if [ -f "$state/kubeconfig" ] && condition=$(kubectl_cluster --request-timeout 5s get node "$node" \
  -o 'jsonpath={range .status.conditions[?(@.type=="Ready")]}{.status} since {.lastTransitionTime} ({.reason}){end}' 2>/dev/null); then
  echo "node Ready               ${condition:-unknown}"
  kubectl_cluster get pods --all-namespaces
  case $condition in True*) exit 0 ;; esac
else
  echo "node Ready               no answer from an API server"
fi
exit 1
