#!/bin/sh
# Puts a system archive, programs, kernel modules, container images and our own files on an ext4 disk.
# Usage: build-disk.sh OUTPUT SYSTEM.tar STORE.tar MODULES ROOT CNI_PLUGINS PROGRAM...
#
# Runs as root in a mount namespace of its own (the caller's unshare): the tree is put together in
# memory, and is gone when this ends, however it ends.
set -eu
output=$1 system=$2 store=$3 modules=$4 root=$5 plugins=$6
shift 6
work=/mnt
mount -t tmpfs -o size=3G,mode=755 tmpfs "$work"

echo 'unpacking the system and the container images'
tar -x -p --numeric-owner -f "$system" -C "$work"
mkdir -p "$work/var/lib/containerd"
tar -x -p --numeric-owner -f "$store" -C "$work/var/lib/containerd"

echo 'adding programs and modules'
mkdir -p "$work/usr/lib/modules" "$work/usr/local/bin" "$work/opt/cni/bin" "$work/etc/cni/net.d"
cp -R "$modules/." "$work/usr/lib/modules/"
cp -L "$@" "$work/usr/local/bin/"
cp -L "$plugins"/* "$work/opt/cni/bin/"
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
