#!/bin/sh
# base-image.sh: makes the two images that the project's Dockerfiles start from, out of this machine's own files, for
# places that reach no registry: $RUNTIME_IMAGE stands in for the distroless image (Node, the libraries it needs, no
# shell), $BUILD_IMAGE for Node's own image (a shell and npm besides). Needs root, buildah, busybox-static and npm. Then:
#   make images CONTAINER_TOOL=buildah BASE_IMAGE=$RUNTIME_IMAGE BUILD_IMAGE=$BUILD_IMAGE
set -eu

runtime_image=${RUNTIME_IMAGE:-localhost/pilotfish-base:24}
build_image=${BUILD_IMAGE:-localhost/pilotfish-build:24}
here=$(cd "$(dirname "$0")/../.." && pwd)
node=$(readlink -f "${NODE:-$here/node_modules/.bin/node}")
for program in buildah busybox npm; do
  command -v "$program" >/dev/null || { echo "base-image: $program is needed (Debian: buildah busybox-static npm)" >&2; exit 69; }
done
[ -x "$node" ] || { echo "base-image: no Node at $node; run 'npm ci' first, or set NODE" >&2; exit 69; }
npm=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
authorities=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}

container=
trap '[ -z "$container" ] || buildah rm "$container" >/dev/null' EXIT

container=$(buildah from scratch)
root=$(buildah mount "$container")
mkdir -p "$root/nodejs/bin" "$root/etc/ssl/certs" "$root/home/nonroot" "$root/tmp" "$root/usr/local/bin"
chmod 1777 "$root/tmp"
cp "$node" "$root/nodejs/bin/node"
# The loader's own list: every shared library with its path, and the loader itself.
ldd "$node" | grep -o '/[^ ]*' | while read -r library; do
  mkdir -p "$root$(dirname "$library")"
  cp -L "$library" "$root$library"
done
cp -L "$authorities" "$root/etc/ssl/certs/ca-certificates.crt"
printf 'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n' >"$root/etc/passwd"
printf 'root:x:0:\nnonroot:x:65532:\n' >"$root/etc/group"
printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
chown 65532:65532 "$root/home/nonroot"
buildah config --user 65532 --entrypoint '["/nodejs/bin/node"]' \
  --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
buildah commit --quiet "$container" "$runtime_image" >/dev/null
echo "$runtime_image"

mkdir -p "$root/bin" "$root/usr/bin" "$root/usr/lib/npm"
for applet in $(busybox --list); do ln -sf /bin/busybox "$root/bin/$applet"; done
# Its list names itself: last, and in the link's place.
cp --remove-destination "$(command -v busybox)" "$root/bin/busybox"
ln -sf /bin/busybox "$root/usr/bin/env"
ln -sf /nodejs/bin/node "$root/usr/local/bin/node"
cp -RL "$npm/." "$root/usr/lib/npm/"
ln -sf /usr/lib/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
buildah config --user 0 --entrypoint '[]' --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt "$container"
buildah commit --quiet "$container" "$build_image" >/dev/null
echo "$build_image"
