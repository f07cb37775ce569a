#!/bin/sh
# load-images.sh [IMAGE|ARCHIVE]…: puts images into the cluster's containerd, where pods with `imagePullPolicy: IfNotPresent`
# find them: images of buildah's and podman's storage, or archives (docker save, podman save --format docker-archive).
# Without arguments: the project's own two, built first by its own Dockerfiles; BASE_IMAGE and BUILD_IMAGE choose what they
# start from, the default is made of this machine's files (base-image.sh).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
for file in settings failures processes lock; do
  # shellcheck source=/dev/null
  . "$here/$file.sh"
done
command=load-images
pid_of containerd >/dev/null || { echo "load-images: the cluster does not run: make cluster-up" >&2; exit 69; }
work=$(mktemp -d "$state/images-XXXXXX")
trap 'rm -rf "$work"' EXIT

build_our_images() {
  if [ -z "${BASE_IMAGE:-}${BUILD_IMAGE:-}" ]; then
    BASE_IMAGE=localhost/pilotfish-base:24 BUILD_IMAGE=localhost/pilotfish-build:24
    buildah inspect --type image $BASE_IMAGE >/dev/null 2>&1 && buildah inspect --type image $BUILD_IMAGE >/dev/null 2>&1 \
      || "$here/base-image.sh" >/dev/null
  fi
  # Half a minute; npm has been seen to wait for ever after its last download.
  timeout --kill-after 10 300 make --no-print-directory -C "$here/../.." images CONTAINER_TOOL=buildah \
    BASE_IMAGE="${BASE_IMAGE:-}" BUILD_IMAGE="${BUILD_IMAGE:-}" >"$logs/images.log" 2>&1 \
    || fail images "could not be built within five minutes; another try may do"
}

# full_name IMAGE: what a kubelet makes of a short name. What buildah calls localhost/NAME has no registry either: it gets the
# name that a pod means by NAME.
full_name() {
  name=${1#localhost/}
  case $name in *:* | *@*) ;; *) name=$name:latest ;; esac
  case ${name%%/*} in
    "$name") echo "docker.io/library/$name" ;;
    *.* | *:*) echo "$name" ;;
    *) if [ "$name" = "$1" ]; then echo "docker.io/$name"; else echo "localhost/$name"; fi ;;
  esac
}

load_archive() {
  ctr_cluster images import "$1" | sed 's/^unpacking \([^ ]*\).*/loaded \1/'
}

load() {
  case $1 in
    *.tar) load_archive "$1" ;;
    *)
      rm -f "$work/image.tar"
      buildah push --quiet "$1" "docker-archive:$work/image.tar:$(full_name "$1")" >/dev/null
      load_archive "$work/image.tar"
      ;;
  esac
}

if [ $# -eq 0 ]; then
  version=$(sed -n 's/^  "version": "\(.*\)",/\1/p' "$here/../../package.json")
  echo "== building the project's images =="
  build_our_images
  set -- "pilotfish-agent:$version" "pilotfish-webhook:$version"
fi
for image in "$@"; do load "$image"; done
