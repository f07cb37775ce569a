#!/bin/sh
# api-server.sh up DIRECTORY | down DIRECTORY: a real Kubernetes API server with its controllers and its own etcd, on
# loopback, for what needs no node: admission, rights, schemas. No kubelet, so pods are created but never run.
# `up` builds the programs if needed (build-components.sh), keeps everything in DIRECTORY, and ends by printing the path of
# an administrator's kubeconfig. `down` ends what `up` started; DIRECTORY stays, for its logs.
set -eu

usage() { echo "usage: api-server.sh up|down DIRECTORY" >&2; exit 64; }
[ $# -eq 2 ] || usage
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$2"
state=$(cd "$2" && pwd)
logs=$state
node=${NODE:-$here/../../node_modules/.bin/node}
# shellcheck source=/dev/null
. "$here/processes.sh"
# shellcheck source=/dev/null
. "$here/control-plane.sh"

down() {
  # The API server before its store, the controllers before both.
  for name in kube-controller-manager kube-apiserver etcd; do stop $name; done
}

fail() {
  echo "api-server: $1 $2; see $state/$1.log" >&2
  tail -n 5 "$state/$1.log" >&2
  down
  exit 1
}

up() {
  bin=$("$here/build-components.sh" etcd kube-apiserver kube-controller-manager kubectl | tail -n 1)
  cd "$state"
  api_address=127.0.0.1
  [ -f ca.crt ] || make_certificates
  # Three ports that were free a moment ago.
  set -- $("$node" -e 'const s=[1,2,3].map(()=>require("net").createServer().listen(0,"127.0.0.1"));
    setTimeout(()=>{console.log(s.map(x=>x.address().port).join(" "));s.forEach(x=>x.close())},50)')
  etcd_port=$1 peer_port=$2 api_port=$3
  start_etcd
  start_api_server --endpoint-reconciler-type none
  wait_for_api_server
  start_controllers
  wait_for kube-controller-manager "$bin/kubectl" --kubeconfig kubeconfig --namespace default get serviceaccount default
  echo "$state/kubeconfig"
}

case $1 in
  up) up ;;
  down) down ;;
  *) usage ;;
esac
