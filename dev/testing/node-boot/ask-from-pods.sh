#!/bin/bash
# Usage: ask-from-pods.sh PEER OWN OTHER. Runs on a node once its kubelet listens: starts a pod of each kind by the CNI
# plugins, one after the other, and asks from it for a token of the metadata service, for the kubelet at the node's own
# address on the link and on another link, and for PEER, another machine in the subnet. Prints one line per pod: its
# kind, its address, which of these answered, and `node` when the node's input got a packet for the kubelet.
peer=$1 own=$2 other=$3
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin CNI_PATH=/opt/cni/bin
mkdir -p /run/netns

cni() {
  CNI_COMMAND=$1 CNI_CONTAINERID=$pod CNI_NETNS=/run/netns/$pod CNI_IFNAME=net1 "/opt/cni/bin/$plugin" <<<"$config"
}

# answers NAME URL…: says the name if there is any answer.
answers() {
  local name=$1
  shift
  ip netns exec "$pod" curl -sk -m 3 -o /dev/null --interface net1 "$@" && echo "$name"
}

# ask KIND PLUGIN CONFIGURATION
ask() {
  local address answered
  pod=$1 plugin=$2 config=$3
  ip netns add "$pod"
  address=$(cni ADD | jq -r '.ips[0].address // .msg')
  iptables -w -I INPUT -s "${address%/*}" -p tcp --dport 10250
  answered=$(
    ip netns exec "$pod" ping -q -c 3 -i 0.3 -W 2 -I net1 "$peer" >/dev/null && echo peer &
    answers imds -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token &
    answers kubelet "https://$own:10250/pods" &
    answers other-kubelet "https://$other:10250/pods" &
    wait
  )
  [[ $(iptables -w -nvxL INPUT 1) =~ ^\ *0\  ]] || answered+=$'\nnode'
  echo "$1 ${address%/*} $(sort <<<"$answered" | tr '\n' ' ')"
  cni DEL
  ip netns delete "$pod"
}

network() {
  echo "{\"cniVersion\": \"0.3.1\", \"name\": \"$1\", \"type\": \"$1\", \"ipam\": {\"type\": \"eni-prefix\", \"interface\": \"eth1\"}, $2}"
}

until grep -qi ':280A ' /proc/net/tcp /proc/net/tcp6; do sleep 0.2; done
ask veth ptp "$(jq -c '{cniVersion, name} + .plugins[0]' /etc/cni/net.d/10-aws.conflist)"
for mode in l3 l3s l2; do
  ask "ipvlan-$mode" ipvlan "$(network ipvlan "\"master\": \"eth1\", \"mode\": \"$mode\"")"
done
ask macvlan macvlan "$(network macvlan '"master": "eth1", "mode": "bridge"')"
nft list table netdev eni_guard_eth1 &>/dev/null && echo 'guarded by nftables'
until [[ -e /var/log/rehearsal/peer-has-asked ]]; do sleep 0.2; done
ask host-device host-device "$(network host-device '"device": "eth1"')"
# What udev does for a link that comes back.
"$(sed -n 's/.*RUN+="\([^ ]*\) .*/\1/p' /etc/udev/rules.d/91-multus-eth1.rules)" eth1 node
ip link set dev eth1 up
ask ipvlan-l2-later ipvlan "$(network ipvlan '"master": "eth1", "mode": "l2"')"
# Two pods with an IPv6 address each, of a prefix that this file says eth1 has. The link itself has no IPv6.
prefixes=/etc/cni/multus/eni-prefix/eth1.json
jq '.ipv6 = {subnet: "2600:1f13:1:a00::/64", prefixes: ["2600:1f13:1:a00:1234::/80"]}' $prefixes >/run/both.json
cp /run/both.json $prefixes
plugin=ipvlan config=$(network ipvlan '"master": "eth1", "mode": "l2"')
for pod in both-1 both-2; do
  ip netns add "$pod"
  cni ADD | jq -r --arg pod "$pod" '"addresses of \($pod): \([.ips[].address] | join(" "))"'
done
ip netns exec both-1 ping -q -c 3 -i 0.3 -W 2 -I net1 2600:1f13:1:a00:1234::11 >/dev/null && echo 'both-1 reaches both-2 by IPv6'
ip -6 address show dev eth1 | grep -q inet6 || echo 'eth1 has no IPv6'
echo 'that is all'
