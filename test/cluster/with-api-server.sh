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
# A signal ends the script through its EXIT trap.
trap 'exit 130' INT TERM
"$here/api-server.sh" up "$directory"
KUBECONFIG=$directory/kubeconfig KUBECTL=$("$here/build-components.sh" kubectl | tail -n 1)/kubectl
export KUBECONFIG KUBECTL
"$@"
