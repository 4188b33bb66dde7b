# nodeadm's part, and what EKS's add-ons do on a node: from the NodeConfig to a running kubelet. Read by
# init after the user data's scripts have run, as on Amazon Linux 2023.

declare -A cluster=()
kubelet_flags=()

# Several NodeConfigs are merged in order; the kubelet merges the drop-ins.
read_node_configs() {
  local part name value number=10
  mkdir -p /etc/kubernetes/kubelet/config.d /etc/kubernetes/pki
  for part in /run/user-data/*.node-config; do
    [[ -e $part ]] || return 1
    while IFS=$'\t' read -r name value; do
      case $name in
        flag) kubelet_flags+=("$value") ;;
        cluster.*) cluster[${name#cluster.}]=$value ;;
      esac
    done < <(mawk -v dropin="/etc/kubernetes/kubelet/config.d/$number-user-data.conf" \
      -f "$lib/node-config.awk" "$part")
    number=$((number + 1))
  done
}

# All four are required, by nodeadm too.
check_cluster() {
  local field
  for field in name apiServerEndpoint certificateAuthority cidr; do
    [[ ${cluster[$field]:-} ]] || { say "NodeConfig: spec.cluster.$field is missing"; return 1; }
  done
}

write_kubelet_configuration() {
  local network=${cluster[cidr]%/*}
  base64 -d <<<"${cluster[certificateAuthority]}" >/etc/kubernetes/pki/ca.crt
  cat >/etc/kubernetes/kubelet/config.d/00-nodeadm.conf <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
clusterDNS: [${network%.*}.10]
providerID: aws:///$zone/$instance
YAML
  write_kubeconfig kubelet
  write_kubeconfig kube-proxy
}

# Both have the instance's role, and nothing else, to show to the API server.
write_kubeconfig() {
  cat >"/run/$1.kubeconfig" <<YAML
apiVersion: v1
kind: Config
clusters:
  - {name: eks, cluster: {server: "${cluster[apiServerEndpoint]}", certificate-authority: /etc/kubernetes/pki/ca.crt}}
contexts:
  - {name: eks, context: {cluster: eks, user: node}}
current-context: eks
users:
  - name: node
    user:
      exec:
        apiVersion: client.authentication.k8s.io/v1beta1
        command: $lib/eks-token
        args: [/run/$1.token, ${cluster[name]}, $region]
        interactiveMode: Never
YAML
}

# The VPC CNI plugin's file name and, like it in prefix mode, pod addresses out of /28 prefixes of the
# primary interface. On EKS its DaemonSet writes the file once its daemon is up; here it is there at once.
# host-local leaves out three addresses of each, one of them for the node's end of the pods' links. As in the VPC CNI's
# file, portmap comes last.
write_pod_network() {
  local mac prefix ranges=
  imds meta-data/mac && mac=$REPLY
  imds "meta-data/network/interfaces/macs/$mac/ipv4-prefix" || { say 'no prefix for pods'; return; }
  for prefix in $REPLY; do
    ranges+="${ranges:+, }{\"subnet\": \"$prefix\"}"
  done
  mkdir -p /etc/cni/net.d
  cat >/etc/cni/net.d/10-aws.conflist <<JSON
{"cniVersion": "0.4.0", "name": "aws-cni", "plugins": [{"type": "ptp", "mtu": 9001, "ipam": {
  "type": "host-local", "dataDir": "/run/cni/aws", "routes": [{"dst": "0.0.0.0/0"}],
  "ranges": [[$ranges]]}},
  {"type": "portmap", "capabilities": {"portMappings": true}, "snat": true}]}
JSON
}

# What drop-ins of the kubelet's unit assert, as systemd would before it starts the unit.
kubelet_may_start() {
  local file line
  for file in /etc/systemd/system/kubelet.service.d/*.conf; do
    [[ -e $file ]] || continue
    while IFS= read -r line; do
      [[ $line != AssertPathExists=* || -e ${line#*=} ]] || { say "kubelet: no ${line#*=}"; return 1; }
    done <"$file"
  done
}

# The labels are the cloud controller's on EKS.
start_kubelet() {
  local zone_label=topology.kubernetes.io/zone region_label=topology.kubernetes.io/region
  supervise kubelet kubelet --config /etc/kubernetes/kubelet/config.yaml \
    --config-dir /etc/kubernetes/kubelet/config.d --kubeconfig /run/kubelet.kubeconfig \
    --hostname-override "$HOSTNAME" --node-ip "$address" \
    --node-labels "$zone_label=$zone,$region_label=$region,node.kubernetes.io/instance-type=$type" \
    "${kubelet_flags[@]}" &
}

# The boot is over when the API server has answered the kubelet, be it with a refusal: a node that is not mapped yet
# has been refused before anybody goes on to map it, however slow the machine.
await_answer() {
  timeout 30 grep -q -m1 -E 'Unauthorized|Successfully registered node' \
    < <(tail -n +1 -F "$logs/kubelet.log" 2>/dev/null) || say 'the API server has not answered the kubelet'
}

# A DaemonSet on EKS, a process here, with the node's own identity. It starts once the node is admitted,
# as a pod would; before that the API server would refuse it.
start_kube_proxy() {
  grep -q -m1 'Successfully registered node' < <(tail -n +1 -F "$logs/kubelet.log" 2>/dev/null)
  say 'node registered'
  supervise kube-proxy kube-proxy --kubeconfig /run/kube-proxy.kubeconfig --hostname-override "$HOSTNAME" \
    --proxy-mode iptables --conntrack-max-per-core 0 --conntrack-tcp-timeout-established 0 \
    --conntrack-tcp-timeout-close-wait 0 &
}

# nodeadm asks EC2 for the node's name, for ten minutes, and gives up if there is no answer; here for one. A port stands for
# EC2's API: an answer, also a refusal, shows that there is a way. awslabs/amazon-eks-ami nodeadm/internal/api/status.go
ask_ec2() {
  local code attempt
  for ((attempt = 1; attempt <= 12; attempt++)); do
    code=0
    timeout 5 bash -c '</dev/tcp/169.254.169.254/5010' 2>/dev/null || code=$?
    ((code == 124)) || return 0
    say 'nodeadm: waiting for EC2'
  done
  say 'nodeadm: EC2 does not answer'
  return 1
}

if read_node_configs && check_cluster && ask_ec2; then
  imds meta-data/instance-id && instance=$REPLY
  imds meta-data/instance-type && type=$REPLY
  imds meta-data/placement/availability-zone && zone=$REPLY
  imds meta-data/placement/region && region=$REPLY
  imds meta-data/local-ipv4 && address=$REPLY
  imds meta-data/local-hostname && HOSTNAME=$REPLY
  write_kubelet_configuration
  write_pod_network
  if kubelet_may_start; then
    start_kubelet
    say 'kubelet started'
    start_kube_proxy &
    await_answer
  fi
fi
