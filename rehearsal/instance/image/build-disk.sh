#!/bin/sh
# Puts a system archive, programs, kernel modules, our own files and the container images on an ext4 disk.
# Usage: build-disk.sh OUTPUT SYSTEM.tar MODULES ROOT IMAGES.tar CNI_PLUGINS PROGRAM...
#
# Runs as root in a mount namespace of its own (the caller's unshare): the tree is put together in
# memory, and is gone when this ends, however it ends.
set -eu
output=$1 system=$2 modules=$3 root=$4 images=$5 plugins=$6
shift 6
work=/mnt
mount -t tmpfs -o size=3G,mode=755 tmpfs "$work"

echo 'unpacking the system'
tar -x -p --numeric-owner -f "$system" -C "$work"
echo 'adding programs, modules and container images'
mkdir -p "$work/usr/lib/modules" "$work/usr/local/bin" "$work/usr/share/rehearsal" \
  "$work/opt/cni/bin" "$work/etc/cni/net.d"
cp -R "$modules/." "$work/usr/lib/modules/"
cp -L "$@" "$work/usr/local/bin/"
cp -L "$plugins"/* "$work/opt/cni/bin/"
cp "$images" "$work/usr/share/rehearsal/images.tar"
# A checkout's files belong to whoever made it and have their umask: here they are root's, readable by all.
overlay=$work/.overlay
cp -R --no-preserve=ownership "$root" "$overlay"
chmod -R u=rwX,go=rX "$overlay"
cp -R --preserve=mode "$overlay/." "$work/"
rm -rf "$overlay"

echo 'making the disk'
rm -f "$output"
mke2fs -q -t ext4 -L rehearsal -m 0 -J size=8 -N 65536 -E lazy_itable_init=0,lazy_journal_init=0 \
  -d "$work" "$output" 4G
