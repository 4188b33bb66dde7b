import {
  AGNHOST_IMAGE,
  BUSYBOX_IMAGE,
  THIN_MULTUS_IMAGE,
} from '../../stand-ins/instance/image/container-images.ts';
import type { Fault } from './fault.ts';
import { applyObject } from './network.ts';
import type { Site } from './site.ts';
import { untilTrue } from './until.ts';

const ADDRESSES = '/run/cni/multus/eni-prefix-eth1';
const FILTER = '/proc/sys/net/netfilter';
const FILL = '/var/fill';

/** Faults of a node itself: what it runs out of, and its clock. */
export const NODE_FAULTS: readonly Fault[] = [
  {
    name: 'exhausted prefix',
    cause: 'no-free-address',
    says: /All addresses of the network are in use on the node/,
    inputs: { 'timeout-minutes': '1' },
    inject: ({ onNode, far }) =>
      onNode(far, `${ipam('ADD')}; n=0; while ipam pod-$n; do n=$((n+1)); done; [ $n -gt 0 ]`),
    heal: ({ onNode, far }) =>
      onNode(
        far,
        `${ipam('DEL')}; for id in $(grep -oh 'pod-[0-9]*' ${ADDRESSES}/*); do ipam $id; done`,
      ),
  },
  {
    name: 'connection table full',
    cause: 'connection-table-full',
    says: /\d+ of \d+ connections/,
    // Connections that nobody answers stay for two minutes. Some room is left, or the node itself would be cut off.
    inject: ({ onNode, far }) =>
      onNode(
        far,
        [
          `cd ${FILTER}; cat nf_conntrack_max nf_conntrack_udp_timeout >/run/conntrack`,
          'echo 120 >nf_conntrack_udp_timeout',
          "bash -c 'for port in {2000..5000}; do echo >/dev/udp/127.0.0.1/$port; done' 2>/run/ports || :",
          'echo $(($(cat nf_conntrack_count) * 103 / 100)) >nf_conntrack_max',
        ].join('\n'),
      ),
    heal: ({ onNode, far }) =>
      onNode(
        far,
        `cd ${FILTER}; { read most; read seconds; } </run/conntrack; echo $most >nf_conntrack_max; echo $seconds >nf_conntrack_udp_timeout; rm /run/conntrack /run/ports`,
      ),
  },
  {
    name: 'clock skew',
    cause: 'clock-skew',
    says: /seconds behind the runner's clock/,
    // A clock that was ahead would leave a lease of the node from the future, which the control plane believes.
    inject: ({ onNode, far }) => onNode(far, 'date -s "@$(($(date +%s) - 120))"'),
    heal: ({ onNode, far }) => onNode(far, `date -s @${Date.now() / 1000}`),
  },
  {
    name: 'node out of disk',
    cause: 'node-pressure',
    says: /DiskPressure/,
    async inject(site) {
      await keepImages(site);
      await site.onNode(
        site.far,
        `df -Pk / | { read _; read _ all _ free _; fallocate -l $((free - all / 25))K ${FILL}; }`,
      );
      await untilTrue(async () => (await pressureOn(site)) === 'True');
    },
    async heal(site) {
      // A kubelet that starts again forgets how long the pressure must be over.
      await site.onNode(site.far, `rm ${FILL}; pkill -x kubelet`);
      await untilTrue(async () => (await pressureOn(site)) === 'False');
      await untilTrue(async () => (await taintsOn(site)) === '');
      await site.kubectl('delete', 'pod', '-n', 'kube-system', KEEPER, '--timeout=120s');
    },
  },
];

/** The shell function `ipam`, which asks the network's IPAM plugin as the runtime does, for a pod of a given id. */
function ipam(command: 'ADD' | 'DEL'): string {
  const config = {
    cniVersion: '1.0.0',
    name: 'ipvlan-conf-1',
    type: 'ipvlan',
    master: 'eth1',
    ipam: { type: 'eni-prefix' },
  };
  const environment = `CNI_COMMAND=${command} CNI_CONTAINERID=$1 CNI_NETNS=/none CNI_IFNAME=net1 CNI_PATH=/opt/cni/bin`;
  return `ipam() { echo '${JSON.stringify(config)}' | ${environment} /opt/cni/bin/eni-prefix >/dev/null; }`;
}

const KEEPER = 'image-keeper';

/**
 * A kubelet that lacks disk removes the images that no pod uses, and ends pods that are not critical. The nodes of the
 * rehearsal cannot pull an image again.
 */
async function keepImages(site: Site): Promise<void> {
  const images = [BUSYBOX_IMAGE, AGNHOST_IMAGE, THIN_MULTUS_IMAGE];
  await applyObject(site, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: KEEPER, namespace: 'kube-system' },
    spec: {
      nodeSelector: { 'kubernetes.io/hostname': site.far.name },
      priorityClassName: 'system-node-critical',
      terminationGracePeriodSeconds: 0,
      containers: images.map((image, index) => ({
        name: `image-${index + 1}`,
        image,
        imagePullPolicy: 'IfNotPresent',
        command: ['/bin/sh', '-c', 'sleep 86400'],
      })),
    },
  });
  const ready = ['--for=condition=Ready', '--timeout=120s'];
  await site.kubectl('wait', 'pod', '-n', 'kube-system', KEEPER, ...ready);
}

function pressureOn({ kubectl, far }: Site): Promise<string> {
  const path = '{.status.conditions[?(@.type=="DiskPressure")].status}';
  return kubectl('get', 'node', far.name, '-o', `jsonpath=${path}`);
}

function taintsOn({ kubectl, far }: Site): Promise<string> {
  return kubectl('get', 'node', far.name, '-o', 'jsonpath={.spec.taints}');
}
