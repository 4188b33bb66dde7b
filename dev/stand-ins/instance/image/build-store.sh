#!/bin/sh
# Makes an archive of containerd's storage with the container images in it, by running containerd for a
# moment on a user-mode Linux machine: there it can mount what it needs, and nothing is left on the host.
# Usage: build-store.sh OUTPUT SYSTEM.tar MODULES IMAGES.tar KERNEL
#
# Runs as root in mount and pid namespaces of its own (the caller's unshare), in memory, as build-disk.sh does.
set -eu
output=$1 system=$2 modules=$3 images=$4 kernel=$5
work=/mnt
mount -t tmpfs -o size=4G,mode=755 tmpfs "$work"

echo 'making a machine that imports the images'
mkdir "$work/tree" "$work/out"
tar -x -p --numeric-owner -f "$system" -C "$work/tree"
mkdir -p "$work/tree/usr/lib/modules"
cp -R "$modules/." "$work/tree/usr/lib/modules/"
cp "$images" "$work/tree/images.tar"
cp "$(dirname "$0")/import-images.sh" "$work/tree/import-images"
chmod 755 "$work/tree/import-images"
mke2fs -q -t ext4 -d "$work/tree" "$work/disk.ext4" 2G
rm -rf "$work/tree"

TMPDIR=$work timeout 300 "$kernel" mem=1G uml_dir="$work" ubd0="$work/disk.ext4" root=/dev/ubda rw loglevel=2 \
  seccomp=auto init=/import-images con=null con0=null,fd:1 out="$work/out" </dev/null || true
test -f "$work/out/complete.tar" || { echo 'the images could not be imported' >&2; exit 1; }
cp "$work/out/complete.tar" "$output"
