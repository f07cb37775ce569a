#!/bin/sh
# with-api-server.sh COMMAND…: runs a command with KUBECONFIG and KUBECTL set, against an API server of its own
# (api-server.sh) that ends with the command. Where KUBECONFIG is set already, that cluster is used.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
if [ -n "${KUBECONFIG:-}" ]; then
  exec "$@"
fi
directory=$(mktemp -d)
trap '"$here/api-server.sh" down "$directory"; rm -rf "$directory"' EXIT
"$here/api-server.sh" up "$directory"
KUBECONFIG=$directory/kubeconfig KUBECTL=$("$here/build-components.sh" kubectl | tail -n 1)/kubectl
export KUBECONFIG KUBECTL
# In the background, so that a signal is heard at once.
"$@" &
child=$!
trap 'kill "$child" 2>/dev/null || true' INT TERM
wait "$child"
