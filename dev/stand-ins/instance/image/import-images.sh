#!/bin/bash
# Process 1 of a machine that exists for some seconds while the nodes' disk is made: lets containerd import
# the container images, then hands its storage to the host, so that no node has to do this when it boots.
# The host folder to write to is the word `out=` on the kernel's command line.
set -eu
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
trap 'echo o >/proc/sysrq-trigger; sleep 60' EXIT

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs run /run
mount -t cgroup2 cgroup /sys/fs/cgroup
modprobe overlay
read -r -a words </proc/cmdline
for word in "${words[@]}"; do
  [[ $word != out=* ]] || out=${word#*=}
done
mount -t hostfs none /media -o "$out"

echo 'starting containerd'
containerd >/run/containerd.log 2>&1 &
until [[ -S /run/containerd/containerd.sock ]]; do sleep 0.1; done
ctr -n k8s.io images import /images.tar
kill %1
wait %1
echo 'saving its storage'
tar -C /var/lib/containerd --numeric-owner -cf /media/store.tar .
mv /media/store.tar /media/complete.tar
