# system-images.sh, to be sourced after settings.sh: the images that the cluster itself runs, from local programs, kept as
# archives beside the binaries: what holds a pod's namespaces, CoreDNS, and a busybox for tests. They carry names that a
# kubelet never asks a registry for, but the last: `busybox:1` is also found where there is a registry.

pause_image=localhost/pilotfish-cluster/pause:1
dns_image=localhost/pilotfish-cluster/coredns:1
busybox_image=docker.io/library/busybox:1

# archive NAME IMAGE: runs `fill_NAME ROOT CONTAINER`, unless the archive is there.
archive() {
  file=$cache/images/$1.tar
  [ ! -f "$file" ] || return 0
  echo "== building image $2 =="
  mkdir -p "$cache/images"
  container=$(buildah from scratch)
  "fill_$1" "$(buildah mount "$container")" "$container" \
    && rm -f "$file.new" && buildah commit --quiet "$container" "docker-archive:$file.new:$2" >/dev/null || made=no
  buildah rm "$container" >/dev/null
  [ "${made:-yes}" = yes ] || { rm -f "$file.new"; return 1; }
  mv "$file.new" "$file"
}

fill_pause() {
  mkdir "$1/bin"
  cp "$(command -v busybox)" "$1/bin/busybox"
  # It has nothing to do but to be there; the kubelet kills it.
  buildah config --entrypoint '["/bin/busybox", "sleep", "2147483647"]' --user 65535:65535 "$2"
}

fill_coredns() {
  cp "$bin/coredns" "$1/coredns"
  buildah config --entrypoint '["/coredns"]' --user 65532:65532 "$2"
}

# Beware: in Debian's 1.35 `wget -T` crashes, and `nc` speaks no UDP.
fill_busybox() {
  mkdir -p "$1/bin" "$1/etc" "$1/root" "$1/tmp" "$1/var"
  chmod 1777 "$1/tmp"
  for applet in $(busybox --list); do ln -s busybox "$1/bin/$applet"; done
  cp --remove-destination "$(command -v busybox)" "$1/bin/busybox"
  printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' >"$1/etc/passwd"
  printf 'root:x:0:\nnogroup:x:65534:\n' >"$1/etc/group"
  buildah config --cmd sh --env PATH=/bin "$2"
}

build_system_images() {
  archive pause "$pause_image" && archive coredns "$dns_image" && archive busybox "$busybox_image"
}

load_system_images() {
  [ ! -f "$state/system-images" ] || return 0
  for name in pause coredns busybox; do
    ctr_cluster images import "$cache/images/$name.tar" >>"$logs/containerd-import.log" 2>&1 || fail containerd "could not import the image $name"
  done
  touch "$state/system-images"
}
