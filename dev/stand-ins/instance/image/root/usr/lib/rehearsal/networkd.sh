# systemd-networkd, udev-net-manager and the boot hook of nodeadm, as far as they concern the links after the first:
# who manages a link, and the minute that nodeadm waits for its links at each boot.
# https://github.com/awslabs/amazon-eks-ami/tree/main/nodeadm/cmd/nodeadm-internal

networkd_notes=/etc/eks/nodeadm/udev-net-manager
networkd_runtime=/run/systemd/network

# The state of a link in $REPLY: what the first file says that matches its MAC address.
networkd_state() {
  local mac file text first='~'
  read -r mac <"/sys/class/net/$1/address"
  REPLY=unmanaged
  for file in /etc/systemd/network/*.network "$networkd_runtime"/*.network; do
    [[ -e $file && ${file##*/} < $first ]] || continue
    text=$(<"$file")
    [[ $text == *PermanentMACAddress=$mac* ]] || continue
    first=${file##*/} REPLY=configured
    [[ $text != *Unmanaged=yes* ]] || REPLY=unmanaged
  done
}

# udev_net_manager LINK: notes whose link it is, once for each name; networkd gives its own an address and a default
# route by DHCP.
udev_net_manager() {
  local note=$networkd_notes/$instance/$1 manager=io.systemd.Network mac path address subnet gateway
  mkdir -p "${note%/*}" "$networkd_runtime"
  : >"/run/udev-net-manager@$1"
  [[ ! -e $note ]] || read -r manager <"$note"
  echo "$manager" >"$note"
  [[ $manager == io.systemd.Network ]] || return 0
  read -r mac <"/sys/class/net/$1/address"
  printf '[Match]\nPermanentMACAddress=%s\n[Network]\nDHCP=yes\n' "$mac" >"$networkd_runtime/70-eks-$1.network"
  networkd_state "$1"
  [[ $REPLY == configured ]] || return 0
  path=meta-data/network/interfaces/macs/$mac
  imds "$path/local-ipv4s" && address=${REPLY%%$'\n'*}
  imds "$path/subnet-ipv4-cidr-block" && subnet=$REPLY
  gateway=${subnet%/*}
  gateway=${gateway%.*}.$((${gateway##*.} + 1))
  printf '%s\n' "address add $address/${subnet#*/} dev $1" "link set $1 up" \
    "route add default via $gateway dev $1 metric 513" | ip -batch -
}

# Until the links that are noted as networkd's are configured, and all others are unmanaged, or a minute is over.
nodeadm_boot_hook() {
  local link manager started=$SECONDS all
  local -A required=()
  for link in "$networkd_notes/$instance"/*; do
    [[ -e $link ]] && read -r manager <"$link" && [[ $manager == io.systemd.Network ]] && required[${link##*/}]=1
  done
  while ((SECONDS - started < 60)); do
    all=1
    for link in "${!required[@]}"; do [[ -e /sys/class/net/$link ]] || all=0; done
    for link in /sys/class/net/*; do
      link=${link##*/}
      [[ $link != lo && $link != eth0 ]] || continue
      networkd_state "$link"
      [[ $REPLY == "$([[ ${required[$link]:-} ]] && echo configured || echo unmanaged)" ]] || all=0
    done
    ((all == 0)) || { say "nodeadm: the links are as noted"; return; }
    sleep 0.2
  done
  say 'nodeadm: context deadline exceeded: the links are not as noted'
}
