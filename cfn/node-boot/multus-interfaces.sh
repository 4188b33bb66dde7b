#!/bin/bash
# Names this node's Multus interfaces eth1, eth2, ... in the order of the subnets, gives each its address, keeps its
# pods from the node's credentials and services, and installs the IPAM plugin eni-prefix, which hands out the addresses
# that the VPC routes to each interface. The launch hook attaches the interfaces, as devices 1, 2, ..., while the
# machine boots. Safe to run again.
set -euo pipefail
# nodegroup.yaml sets these in front of this line.
: "${multus_subnets:?}" "${prefixes_per_interface:?}" "${ip_family:?}" "${other_zone_cidrs?}" "${pods_wait_for_multus:?}" "${capacity:?}" "${service_cidr:?}"
shopt -s inherit_errexit

readonly imds=http://169.254.169.254/latest
readonly curl_options=(-sS --connect-timeout 2 --max-time 5 --retry 10 --retry-delay 1 --retry-all-errors)
readonly patience=300 # seconds
readonly guard=/opt/eni-guard/eni-guard
readonly drain=/opt/eni-guard/spot-drain
readonly prefix_files=/etc/cni/multus/eni-prefix
readonly ready=/run/multus-interfaces.ready
readonly held=/run/multus-interfaces.held

# cloud-init shows standard error on the console and reports the exit code.
fail() {
  echo "multus-interfaces: $*" >&2
  exit 1
}

# An AMI of EKS has all of this. Any other one may lack something, and would fail later with a message about something else.
check_image() {
  [[ ${own_image:?} == true ]] || return 0
  local need missing=
  for need in containerd curl gzip ip iptables jq kubelet nodeadm; do
    type -P "$need" >/dev/null || missing+=" $need"
  done
  for need in ipvlan macvlan; do
    modprobe -q "$need" || missing+=" kernel-module:$need"
  done
  [[ ! $missing ]] || fail "the AMI lacks:$missing"
}

# A node without its networks must not join. The AMI starts the kubelet even if this script fails, because
# nodeadm-run.service is only ordered after cloud-final.service. So the kubelet's unit asserts a file that this
# script writes last. A reboot removes that file, because it is in /run.
hold_kubelet() {
  local drop_in=/etc/systemd/system/kubelet.service.d/10-multus-interfaces.conf
  rm -f "$ready"
  mkdir -p "${drop_in%/*}"
  printf '[Unit]\nAssertPathExists=%s\n' "$ready" >"$drop_in"
  [[ ! -d /run/systemd/system ]] || systemctl daemon-reload
}

# containerd reads only the first file of this folder. While that file is empty, the node is not Ready, and only
# pods on the host's network start. Multus replaces it when it can attach networks. Without it, the VPC CNI's own
# file would let pods start with eth0 alone. https://github.com/containerd/go-cni/blob/v1.1.9/opts.go
hold_pods() {
  [[ $pods_wait_for_multus == true ]] || return 0
  # Only once in a boot: when somebody runs this script again, Multus may have written the file.
  [[ ! -e $held ]] || return 0
  mkdir -p /etc/cni/net.d
  : >/etc/cni/net.d/00-multus.conf
  : >"$held"
}

#@pack what finds and names the interfaces
# metadata PATH: prints the value, or nothing if IMDS has none.
metadata() {
  local reply
  reply=$(curl "${curl_options[@]}" -H "X-aws-ec2-metadata-token: $token" \
    -w '\n%{http_code}' "$imds/meta-data/$1") || fail "no answer from IMDS for $1"
  case ${reply##*$'\n'} in
    200) echo "${reply%$'\n'*}" ;;
    404) ;;
    *) fail "IMDS answered ${reply##*$'\n'} for $1" ;;
  esac
}

# link_of MAC: prints the name of the link with this address, or nothing.
link_of() {
  local file address
  for file in /sys/class/net/*/address; do
    read -r address <"$file" || continue
    if [[ $address == "$1" ]]; then
      file=${file%/address}
      echo "${file##*/}"
      return
    fi
  done
}

# Fills both maps, by device number, with the interfaces that IMDS and the kernel know completely.
# IMDS may report device number 0 for an interface that was attached a moment ago.
declare -A mac_of=() prefixes_of=() ipv6_of=()
find_interfaces() {
  local macs mac number text prefixes ipv6=
  macs=$(metadata network/interfaces/macs/)
  for mac in $macs; do
    mac=${mac%/}
    [[ $(link_of "$mac") ]] || continue
    number=$(metadata "network/interfaces/macs/$mac/device-number")
    [[ ${number:-0} -gt 0 ]] || continue
    text=$(metadata "network/interfaces/macs/$mac/ipv4-prefix")
    read -r -d '' -a prefixes <<<"$text" || true
    ((${#prefixes[@]} >= prefixes_per_interface)) || continue
    if [[ $ip_family == dual-stack && $prefixes_per_interface != 0 ]]; then
      ipv6=$(metadata "network/interfaces/macs/$mac/ipv6-prefix")
      [[ $ipv6 ]] || continue
    fi
    mac_of[$number]=$mac
    prefixes_of[$number]=${prefixes[*]}
    ipv6_of[$number]=$ipv6
  done
}

wait_for_interfaces() {
  local number missing
  while true; do
    find_interfaces
    missing=
    for ((number = 1; number <= count; number++)); do
      [[ ${mac_of[$number]:-} ]] || missing+=" $number"
    done
    [[ $missing ]] || return 0
    ((SECONDS < patience)) || fail "after $patience s there is no interface for device$missing"
    sleep 1
  done
}

# systemd-networkd runs DHCP on interfaces that appear early in the boot, which would add a default route.
# A file that sorts before its own makes it leave the interface alone. nodeadm waits up to a minute, in this boot or the
# next, for networkd to configure each link whose note does not say that it is the CNI's. udev starts a unit that writes
# the note of a new link. The unit runs here first, so that it cannot replace the CNI's note later. The note is made
# for the link's name of now and for the one that it gets.
# https://github.com/awslabs/amazon-eks-ami/blob/main/nodeadm/cmd/nodeadm-internal/udev/broker.go
release_from_networkd() {
  systemctl is-active --quiet systemd-networkd 2>/dev/null || return 0
  local number link notes
  notes=/etc/eks/nodeadm/udev-net-manager/$(metadata instance-id)
  mkdir -p /etc/systemd/network "$notes"
  for ((number = 1; number <= count; number++)); do
    printf '[Match]\nPermanentMACAddress=%s\n\n[Link]\nUnmanaged=yes\n' "${mac_of[$number]}" \
      >"/etc/systemd/network/10-multus-$number.network"
    link=$(link_of "${mac_of[$number]}")
    [[ $link == "eth$number" ]] || timeout 20 systemctl start "udev-net-manager@$link" 2>/dev/null || true
    echo cni | tee "$notes/$link" >"$notes/eth$number"
  done
  networkctl reload
}

# A new link is called eth0 until udev, some milliseconds later, gives it the name of its slot.
settle() {
  ! type -P udevadm >/dev/null || udevadm settle --timeout=20
}

# rename_links PREFIX: names the links PREFIX1, PREFIX2, ..., except those already called eth1, eth2, ...
rename_links() {
  local number link
  for ((number = 1; number <= count; number++)); do
    link=$(link_of "${mac_of[$number]}")
    [[ $link && $link != "eth$number" ]] || continue
    ip link set dev "$link" down || continue
    ip link set dev "$link" name "$1$number" || true
  done
}

all_named() {
  local number
  for ((number = 1; number <= count; number++)); do
    [[ $(link_of "${mac_of[$number]}") == "eth$number" ]] || return 1
  done
}

# A name that udev changes between the look and the renaming may even be another link's by then. So this looks again.
name_links() {
  local attempt
  for ((attempt = 1; attempt <= 20; attempt++)); do
    ! settle || ! all_named || return 0
    # In two steps, because a link may already have the name that another one needs.
    rename_links multus
    rename_links eth
  done
  all_named || fail "the links cannot be named: $(ip -brief link)"
}

#@packed

# The plugin needs jq, which is part of the EKS AMI, and host-local, which the VPC CNI's init container puts into
# this folder without removing other files. The build puts the files eni-prefix, eni-guard and spot-drain in the places
# of their names, and then compresses what is between the marks, here and elsewhere, because user data has room for 16 KiB.
# https://github.com/awslabs/amazon-eks-ami/blob/main/templates/al2023/provisioners/install-worker.sh
# https://github.com/aws/amazon-vpc-cni-k8s/blob/master/cmd/aws-vpc-cni-init/main.go
install_programs() {
  mkdir -p /opt/cni/bin /opt/eni-guard
#@pack eni-prefix, eni-guard and spot-drain
  cat >/opt/cni/bin/eni-prefix <<'PLUGIN'
@eni-prefix@
PLUGIN
  cat >"$guard" <<'GUARD'
@eni-guard@
GUARD
  cat >"$drain" <<'DRAIN'
@spot-drain@
DRAIN
#@packed
  chmod 0755 /opt/cni/bin/eni-prefix "$guard" "$drain"
}

#@pack what configures the interfaces
# A failure is no reason to keep the node from joining: it only loses the two minutes that EC2 gives.
watch_for_interruption() {
  [[ $capacity == spot ]] || return 0
  systemctl is-active --quiet spot-drain ||
    systemd-run --unit spot-drain --collect -p Restart=on-failure "$drain" ||
    echo "multus-interfaces: nothing drains this node when EC2 takes it back" >&2
}

# write_prefix_file NUMBER SUBNET GATEWAY: writes which addresses the IPAM plugin may hand out.
write_prefix_file() {
  local file=$prefix_files/eth$1.json ipv6=
  [[ -z ${ipv6_of[$1]} ]] || ipv6=$(metadata "network/interfaces/macs/${mac_of[$1]}/subnet-ipv6-cidr-blocks")
  jq -n --arg subnet "$2" --arg gateway "$3" --arg prefixes "${prefixes_of[$1]}" --arg zones "${other_zones[$1-1]:-}" \
    --arg cluster "${cluster_cidrs//$'\n'/ }" --arg six "$ipv6" --arg sixes "${ipv6_of[$1]}" \
    '{$subnet, $gateway, prefixes: ($prefixes / " "), zoneCidrs: ($zones / " " - [""]), clusterCidrs: ($cluster / " " - [""])}
    + if $six == "" then {} else {ipv6: {subnet: ($six / "\n")[0], prefixes: ($sixes / "\n")}} end' \
    >"$file.new"
  mv "$file.new" "$file"
}

# guard_node LINK ADDRESS: pods on this link reach neither the metadata service nor, from any node, what listens on this
# one. A link loses its rules when it moves into a host-device pod: udev adds them again when it comes back, and the IPAM
# plugin adds them in the pod.
guard_node() {
  mkdir -p /etc/udev/rules.d
  printf 'SUBSYSTEM=="net", ACTION=="add", ENV{ID_NET_DRIVER}=="vif|ena|ixgbevf", ATTR{address}=="%s", RUN+="%s $%s node"\n' \
    "$(<"/sys/class/net/$1/address")" "$guard" name >"/etc/udev/rules.d/91-multus-$1.rules"
  "$guard" "$1" "$2" || fail "cannot keep pods on $1 from the metadata service, or from $2: that takes iptables, and nft or tc"
}

# lead_out NUMBER GATEWAY: where a packet goes that must leave by ethN, when the main table has no route for it. In mode l3,
# ipvlan asks the node, with that interface. Nothing else asks so but programs that bind to the interface, so the node's
# own way out stays. https://github.com/torvalds/linux/blob/v6.12/drivers/net/ipvlan/ipvlan_core.c
# The VPC's router would lead it to the VPC's other networks, too, which are apart: only the IPAM plugin's rules, for pods whose
# networks have such routes, ask the second table.
# The image of EKS lets networkd leave rules of others alone: https://github.com/awslabs/amazon-eks-ami/pull/1539
lead_out() {
  local table=$((20000 + $1)) after_main=32770 cidr
  ip route replace default via "$2" dev "eth$1" table "$((10000 + table))"
  for cidr in $cluster_cidrs; do
    ip route replace unreachable "$cidr" table "$table"
  done
  ip route replace default via "$2" dev "eth$1" table "$table"
  [[ $(ip rule show table "$table") ]] || ip rule add oif "eth$1" table "$table" priority "$after_main"
}

configure_interface() {
  local number=$1 path=network/interfaces/macs/${mac_of[$1]} addresses subnet gateway cidr
  addresses=$(metadata "$path/local-ipv4s")
  subnet=$(metadata "$path/subnet-ipv4-cidr-block")
  [[ $addresses && $subnet ]] || fail "IMDS has no address or no subnet for device $number"
  # A reply to a pod may leave by another interface than the one that the request came in by.
  echo 0 >"/proc/sys/net/ipv4/conf/eth$number/rp_filter"
  ip link set dev "eth$number" mtu "$mtu"
  ip address flush dev "eth$number"
  guard_node "eth$number" "${addresses%%$'\n'*}"
  ip address add "${addresses%%$'\n'*}/${subnet#*/}" dev "eth$number"
  ip link set dev "eth$number" up
  # The VPC's router has the second address of each subnet. ipvlan in mode l3 uses the node's routes, too.
  gateway=${subnet%/*}
  gateway=${gateway%.*}.$((${gateway##*.} + 1))
  for cidr in ${other_zones[number - 1]:-}; do
    [[ $cidr == *:* ]] || ip route replace "$cidr" via "$gateway" dev "eth$number"
  done
  lead_out "$number" "$gateway"
  rm -f "$prefix_files/eth$number.json"
  [[ -z ${prefixes_of[$number]} ]] || write_prefix_file "$number" "$subnet" "$gateway"
  echo "multus-interfaces: eth$number ${addresses%%$'\n'*} in $subnet, prefixes: ${prefixes_of[$number]} ${ipv6_of[$number]}"
}

# cloud-init runs user data only at the first boot, but names and addresses are gone after a reboot.
run_at_every_boot() {
  local copy=/var/lib/cloud/scripts/per-boot/multus-interfaces.sh
  [[ -d ${copy%/*} && -f $0 ]] || return 0
  [[ $0 -ef $copy ]] || install -m 0755 "$0" "$copy"
}

#@packed

IFS=, read -r -a subnets <<<"$multus_subnets"
readonly count=${#subnets[@]}
IFS=, read -r -a other_zones <<<"$other_zone_cidrs"
hold_kubelet
check_image
hold_pods
run_at_every_boot
install_programs
watch_for_interruption
token=$(curl "${curl_options[@]}" -f -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 900' \
  "$imds/api/token") || fail "no session token from IMDS"
wait_for_interfaces
settle || true
release_from_networkd
# DHCP told the primary interface the VPC's MTU. The others have no DHCP, so they copy it.
mac=$(metadata mac)
primary=$(link_of "$mac")
mtu=$(<"/sys/class/net/$primary/mtu")
# What the VPC CNI and kube-proxy deliver: where pods go by their first interface.
cluster_cidrs="$(metadata "network/interfaces/macs/$mac/vpc-ipv4-cidr-blocks") $service_cidr"
readonly mtu cluster_cidrs
name_links
echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter
mkdir -p "$prefix_files"
for ((number = 1; number <= count; number++)); do
  configure_interface "$number"
done
: >"$ready"
