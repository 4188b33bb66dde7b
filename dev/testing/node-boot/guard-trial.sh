#!/bin/bash
# Runs on a node from its user data: gives it a Multus that attaches a second interface, net1, and the guard; then starts
# pods while Multus is there, while it is not, when it is back, and at last without both. The pods are static ones, so the
# node needs no cluster. Prints one line per pod: whether it has net1, or that it waits.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
folder=/etc/cni/net.d
pods=/run/static-pods
said=/run/pods-said
log=/var/log/rehearsal/kubelet.log
mkdir -p "$pods" "$said" /etc/kubernetes/kubelet/config.d
printf 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nstaticPodPath: %s\nfileCheckFrequency: 1s\n' \
  "$pods" >/etc/kubernetes/kubelet/config.d/90-static-pods.conf

cat >/opt/cni/bin/multus-shim <<'SHIM'
#!/bin/sh
PATH=/opt/cni/bin:$PATH
config=$(jq -c '{cniVersion: "0.3.1", name: "aws-cni"} + .plugins[0]' /etc/cni/net.d/10-aws.conflist)
second=$(printf '%s' "$config" | jq -c '.name = "second" | .ipam = {type: "host-local", dataDir: "/run/cni/second",
  ranges: [[{subnet: "192.168.77.0/24"}]]}')
printf '%s' "$second" | CNI_IFNAME=net1 ptp >/dev/null && printf '%s' "$config" | ptp
SHIM
chmod 0755 /opt/cni/bin/multus-shim /opt/cni/bin/multus-guard

multus_writes() {
  echo '{"cniVersion": "0.3.1", "name": "multus-cni-network", "type": "multus-guard"}' >"$folder/00-multus.conf"
}

start() {
  cat >"$pods/.$1" <<POD
apiVersion: v1
kind: Pod
metadata: {name: $1, namespace: default}
spec:
  terminationGracePeriodSeconds: 0
  containers:
    - name: pod
      image: $IMAGE
      imagePullPolicy: IfNotPresent
      command: [sh, -c, "if [ -e /sys/class/net/net1 ]; then echo attached; else echo alone; fi >/said/$1; sleep infinity"]
      volumeMounts: [{name: said, mountPath: /said}]
  volumes: [{name: said, hostPath: {path: $said}}]
POD
  mv "$pods/.$1" "$pods/$1.yaml"
}

# The word of a pod, once it has started.
word() {
  until [[ -s $said/$1 ]]; do sleep 0.2; done
  echo "$1 $(<"$said/$1")"
}

until [[ -e $folder/10-aws.conflist ]]; do sleep 0.2; done
multus_writes
start with-multus
word with-multus
rm "$folder/00-multus.conf"
start meanwhile
until grep -q 'Multus does not run on node .*the pod waits' "$log"; do sleep 0.2; done
[[ -e $said/meanwhile ]] || echo 'meanwhile waits'
[[ ! -e $said/meanwhile && -z $(ls /run/multus-guard) ]] && echo 'nothing is left of its first attempt'
multus_writes
word meanwhile
rm "$folder/00-multus.conf" "$folder/01-multus-guard.conf"
start unguarded
word unguarded
echo 'that is all'
