#!/bin/bash
# Runs on a machine from its user data, with ZONE_PEER and POD_PEER: the other machine's own address on its second interface
# and that of its pod. Gives the second interface and a pod on it (ipvlan l2) the IPv6 addresses that the metadata service
# tells, and asks the other machine from both. Prints a line per answer.
exec >/var/log/rehearsal/ipv6.log 2>&1
metadata=http://169.254.169.254/latest
token=$(curl -sf --retry 9 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 21600' "$metadata/api/token")
read -r mac </sys/class/net/ens6/address
item() { curl -sf --retry 9 --retry-all-errors -H "X-aws-ec2-metadata-token: $token" "$metadata/meta-data/network/interfaces/macs/$mac/$1"; }
own=$(item ipv6s) prefix=$(item ipv6-prefix) vpc=$(item vpc-ipv6-cidr-blocks)
block=$(item subnet-ipv6-cidr-blocks)
pod=${prefix%/*}7 stranger=${block%/*}99
in_pod() { ip netns exec pod "$@"; }
advertised() { [[ $(ip -6 route show default dev ens6 proto ra) ]]; }
# until_answered COMMAND…: whether a command succeeds within half a minute; the other machine may boot later.
until_answered() {
  local tries
  for ((tries = 0; tries < 60; tries++)); do "$@" >/dev/null 2>&1 && return; sleep 0.5; done
  return 1
}
once() { ping -6 -q -c 1 -W 1 -I "$1" "$2"; }

until_answered advertised && echo 'a default route is advertised'
ip -6 address add "$own/64" dev ens6 nodad
ip -6 route add "$vpc" via fe80:ec2::1 dev ens6
ip netns add pod
ip link add link ens6 name pod0 type ipvlan mode l2
ip link set pod0 netns pod name net1
in_pod ip link set net1 up
in_pod ip -6 address add "$pod/64" dev net1
in_pod ip -6 address add "$stranger/64" dev net1
in_pod ip -6 route add "$vpc" via fe80:ec2::1 dev net1
sleep 3
until_answered once "$own" "$ZONE_PEER" && echo 'node to node'
until_answered in_pod ping -6 -q -c 1 -W 1 -I "$pod" "$POD_PEER" && echo 'pod to pod'
until_answered in_pod ping -6 -q -c 1 -W 1 -s 8953 -M 'do' -I "$pod" "$POD_PEER" && echo 'the largest packets'
in_pod ping -6 -q -c 2 -W 1 -I "$stranger" "$POD_PEER" >/dev/null || echo 'nothing from an address of nobody'
once "$own" "${vpc%00::/*}05::99" >/dev/null || echo 'nothing to an address of nobody'
in_pod ip -6 neighbour
echo 'that is all'
# The other machine may still ask.
until [[ -e /var/log/rehearsal/enough ]]; do sleep 0.2; done
