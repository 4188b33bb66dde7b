#!/bin/bash
# Builds the nodes' kernel from a kernel source package of Debian.
# Usage: build-kernel.sh OUTPUT SOURCE.deb CONFIG
#
# Writes OUTPUT/linux, the kernel, and OUTPUT/modules, which tells modprobe that every module is built in. When the
# source does not take the configuration or does not compile, it writes OUTPUT/failure.log instead and exits with 0.
set -euo pipefail
output=$1 source=$2 config=$3
tree=$output/tree
log=$output/failure.log
mkdir -p "$tree"

give_up() {
  echo "$1" >>"$log"
  rm -r "$tree"
  exit 0
}

# Code of other processors and of devices that user-mode-linux does not have is most of the source. The build
# still reads the Kconfig files and makefiles beside it.
unneeded=(
  '*/arch/[!ux]*.[chS]' '*.dts' '*.dtsi' '*/Documentation/*/*' '*/tools/perf/*' '*/tools/testing/*' '*/sound/*.[ch]'
  '*/drivers/gpu/*.[ch]' '*/drivers/media/*.[ch]' '*/drivers/scsi/*.[ch]'
  '*/drivers/net/ethernet/*.[ch]' '*/drivers/net/wireless/*.[ch]'
)
echo 'unpacking the source'
dpkg-deb --fsys-tarfile "$source" | tar -xO --wildcards './usr/src/linux-source-*.tar.xz' |
  tar -xJ -C "$tree" --strip-components=1 "${unneeded[@]/#/--exclude=}"

cd "$tree"
# The driver of network interfaces reads a packet that it has no memory for into `drop_buffer`, which nobody makes. The read
# fails, and after a failed read the driver never reads again.
driver=arch/um/drivers/vector_kern.c
if [[ -e $driver ]]; then
  sed -i 's/^static char \*drop_buffer;$/static char dropped[DROP_BUFFER_SIZE];\nstatic char *drop_buffer = dropped;/' "$driver"
fi
make ARCH=um KCONFIG_ALLCONFIG="$config" allnoconfig >"$log" 2>&1 || give_up 'cannot make the configuration'
while read -r setting; do
  grep -qxF "$setting" .config || give_up "this kernel cannot have $setting"
done < <(grep '^CONFIG_' "$config")
make ARCH=um -j"$(nproc)" linux 2>&1 | tee -a "$log" || give_up 'cannot compile the kernel'

strip -o "$output/linux" linux
release=$(make -s ARCH=um kernelrelease)
modules=root/lib/modules/$release
mkdir -p "$modules"
cp modules.builtin modules.builtin.modinfo "$modules/"
touch "$modules/modules.order"
depmod -b root "$release"
mv root/lib/modules "$output/modules"
cd "$output"
rm -r "$tree" "$log"
