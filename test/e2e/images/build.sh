#!/bin/sh
# build.sh [NAME]…: builds the tests' own images (application, influxdb, etcd; all of them without a name) from programs of
# this machine, without a registry, and prints their names. CONTAINER_TOOL is buildah, podman or docker; IMAGE_PREFIX stands
# in front of the names; BASE_IMAGE is what the application starts from. An image is rebuilt when what is in it has changed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
tool=${CONTAINER_TOOL:-buildah}
base=${BASE_IMAGE:-localhost/pilotfish-base:24}
[ $# -gt 0 ] || set -- application influxdb etcd
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fill_application() {
  cp "$here"/application/*.ts "$1/"
  printf '{"type":"module"}\n' >"$1/package.json"
  mkdir -p "$1/node_modules"
  cp -R "$root/node_modules/hot-shots" "$1/node_modules/hot-shots"
  # Only for Unix sockets, and not what it says that it is (see `overrides` in package.json).
  rm -rf "$1/node_modules/hot-shots/node_modules"
}

# Installed or only fetched: nothing of the machine is changed for it.
influxd_program() {
  command -v influxd && return
  command -v apt-get >/dev/null || { echo "build.sh: influxd 1.x is needed (Debian: influxdb)" >&2; return 69; }
  (cd "$work" && apt-get download influxdb >&2 && dpkg-deb --extract influxdb_*.deb fetched) && echo "$work/fetched/usr/bin/influxd"
}

fill_influxdb() {
  influxd=$(influxd_program)
  mkdir -p "$1/usr/bin" "$1/etc" "$1/data"
  cp "$influxd" "$1/usr/bin/influxd"
  # The loader's own list: every shared library with its path, and the loader itself.
  ldd "$influxd" | grep -o '/[^ ]*' | while read -r library; do
    mkdir -p "$1$(dirname "$library")"
    cp -L "$library" "$1$library"
  done
  cp "$here/influxdb/influxdb.conf" "$1/etc/"
}

fill_etcd() {
  bin=$("$root/test/cluster/build-components.sh" etcd | tail -n 1)
  cp "$bin/etcd" "$1/etcd"
}

# content FOLDER: one number for all that is in it.
content() {
  (cd "$1" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c 1-64)
}

for name in "$@"; do
  image=${IMAGE_PREFIX:-}pilotfish-e2e-$name:1
  context=$work/$name
  mkdir -p "$context"
  "fill_$name" "$context"
  cp "$here/$name/Dockerfile" "$work/Dockerfile"
  label=$(printf '%s %s\n' "$(content "$context")" "$base" "$(cksum <"$work/Dockerfile")" | sha256sum | cut -c 1-64)
  if ! "$tool" inspect --type image "$image" 2>/dev/null | grep -q "$label"; then
    echo "== building image $image with $tool ==" >&2
    "$tool" build --quiet --file "$work/Dockerfile" --build-arg BASE_IMAGE="$base" --label "content=$label" --tag "$image" "$context" >&2
  fi
  echo "$image"
done
