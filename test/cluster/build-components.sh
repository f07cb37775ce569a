#!/bin/sh
# build-components.sh NAME...: builds Kubernetes components, etcd and CoreDNS from their Go modules, without Docker and without
# a checkout of Kubernetes. The binaries stay outside the repository, in a folder per version; what is there is kept.
#   build-components.sh etcd kube-apiserver kubectl
# KUBERNETES_VERSION, ETCD_VERSION, COREDNS_VERSION choose the releases; PILOTFISH_CACHE the folder; JOBS how many packages compile at a time.
set -eu

kubernetes_version=${KUBERNETES_VERSION:-1.36.3}
etcd_version=${ETCD_VERSION:-3.6.16}
coredns_version=${COREDNS_VERSION:-1.14.7}
cache=${PILOTFISH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pilotfish}/kubernetes-$kubernetes_version
bin=$cache/bin
[ $# -gt 0 ] || set -- etcd kube-apiserver kubectl
command -v go >/dev/null || { echo "build-components: Go is needed (1.26 or newer)" >&2; exit 69; }
mkdir -p "$bin"

# The sum database is a second service on the network that may not know these modules; go.sum still holds the builds
# of one folder together.
export CGO_ENABLED=0 GOFLAGS='-mod=mod -buildvcs=false' GONOSUMDB='*' GONOSUMCHECK=1
jobs=${JOBS:-2}

# Kubernetes keeps its libraries beside itself ("staging") and publishes each as a module of version 0.MINOR.PATCH. Its
# own go.mod points at folders that the published module lacks, so every one of them is replaced here.
kubernetes_module() {
  dir=$cache/module-kubernetes
  mkdir -p "$dir"
  cd "$dir"
  [ -f go.mod ] && return
  published=v0.${kubernetes_version#1.}
  gomod=$(go mod download -json "k8s.io/kubernetes@v$kubernetes_version" | sed -n 's/^[[:space:]]*"GoMod": "\(.*\)",*$/\1/p')
  {
    echo "module pilotfish.dev/test/cluster/kubernetes"
    grep -E '^go [0-9]' "$gomod"
    echo "require k8s.io/kubernetes v$kubernetes_version"
    sed -n 's|^[[:space:]]*\(k8s\.io/[a-z-]*\) => \./staging/.*|replace \1 => \1 '"$published"'|p' "$gomod"
  } >go.mod.new
  mv go.mod.new go.mod
}

etcd_module() {
  dir=$cache/module-etcd
  mkdir -p "$dir"
  cd "$dir"
  [ -f go.mod ] && return
  # Without its own go line a module is read as one of before 1.17, whose whole graph Go would fetch.
  printf 'module pilotfish.dev/test/cluster/etcd\ngo 1.25.0\nrequire go.etcd.io/etcd/server/v3 v%s\n' "$etcd_version" >go.mod
}

# CoreDNS with the plugins that a cluster's names need. Its own list would compile the clients of every cloud besides.
coredns_module() {
  dir=$cache/module-coredns
  mkdir -p "$dir"
  cd "$dir"
  [ -f main.go ] && return
  printf 'module pilotfish.dev/test/cluster/coredns\ngo 1.25.0\nrequire github.com/coredns/coredns v%s\n' "$coredns_version" >go.mod
  plugins='errors ready kubernetes forward cache'
  {
    printf 'package main\nimport (\n"github.com/coredns/coredns/core/dnsserver"\n"github.com/coredns/coredns/coremain"\n'
    for plugin in $plugins; do printf '_ "github.com/coredns/coredns/plugin/%s"\n' "$plugin"; done
    printf ')\nfunc main() {\ndnsserver.Directives = []string{'
    for plugin in $plugins; do printf '"%s", ' "$plugin"; done
    printf '}\ncoremain.Run()\n}\n'
  } >main.go.new
  mv main.go.new main.go
}

for name in "$@"; do
  [ -x "$bin/$name" ] && continue
  echo "== building $name (Kubernetes $kubernetes_version, etcd $etcd_version, CoreDNS $coredns_version) =="
  if [ "$name" = etcd ]; then
    etcd_module
    go build -p "$jobs" -trimpath -ldflags '-s -w' -o "$bin/$name.new" go.etcd.io/etcd/server/v3
  elif [ "$name" = coredns ]; then
    coredns_module
    go build -p "$jobs" -trimpath -ldflags '-s -w' -o "$bin/$name.new" .
  else
    kubernetes_module
    # Without a version kubectl and the client libraries cannot read what the server says about itself.
    minor=${kubernetes_version#*.}
    version=k8s.io/component-base/version
    go build -p "$jobs" -trimpath -o "$bin/$name.new" -ldflags "-s -w \
      -X $version.gitVersion=v$kubernetes_version -X $version.gitMajor=1 -X $version.gitMinor=${minor%%.*}" \
      "k8s.io/kubernetes/cmd/$name"
  fi
  mv "$bin/$name.new" "$bin/$name"
done
echo "$bin"
