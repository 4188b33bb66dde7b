#!/bin/sh
# Installs a minimal Debian or Ubuntu system into a tar archive.
# Usage: build-system.sh OUTPUT SUITE COMPONENTS PACKAGES (both comma-separated)
#
# Runs as root in mount and pid namespaces of its own (the caller's unshare), so whatever is mounted
# here is gone when it ends, however it ends. Working in memory also makes dpkg's many fsyncs free.
set -eu
output=$1 suite=$2 components=$3 packages=$4
work=/mnt
mount -t tmpfs -o size=3G,mode=755 tmpfs "$work"
TMPDIR=$work mmdebstrap --mode=root --variant=minbase --components="$components" \
  --include="$packages" \
  --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  "$suite" "$work/system.tar"
cp "$work/system.tar" "$output"
