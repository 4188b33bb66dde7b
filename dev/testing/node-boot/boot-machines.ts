import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAuthority, readBase64 } from '../../stand-ins/cluster/certificates.ts';
import { createMachines } from '../../stand-ins/instance/machines.ts';
import { instanceAt } from '../../stand-ins/instance/metadata.ts';
import { startMetadataServer } from '../../stand-ins/instance/metadata-server.ts';
import { metadataOf } from '../../stand-ins/instance/metadata-tree.ts';
import {
  type Ec2State,
  EMPTY_STATE,
  type NetworkInterface,
} from '../../stand-ins/vpc/ec2-state.ts';
import { METADATA_ADDRESS } from '../../stand-ins/vpc/filter.ts';
import { localRoute } from '../../stand-ins/vpc/route-tables.ts';
import { startMachine } from '../../stand-ins/vpc/testing/namespace-machine.ts';
import { createVpc, prepareNamespace } from '../../stand-ins/vpc/vpc.ts';
import { OPEN_WAYS } from '../../stand-ins/vpc/ways-out.ts';
import { run } from '../../tools/process.ts';
import { EXAMPLE, renderUserData, unpackedUserData } from './user-data.ts';

/**
 * A program of its own, for namespaces of its own: boots three user-mode-linux machines with the template's user data,
 * one with both of its Multus interfaces, one that lacks the second, and one whose boot script does not guard its
 * interfaces. The first and the third ask from pods who answers; then the first reboots. Ends when all have booted and the folder has a
 * file `enough`. The folder also has the machines' logs, `asked.json`: the addresses from which packets came to the
 * metadata service, and `kubelets.json`: whether kubelets are reached from another machine by their nodes' eth1, and
 * `after-reboot.json`: whether the first node is. Leaves out: a cluster to join, and the launch hook; EC2's state is fixed.
 */
const [folder = '', kernel = '', ami = ''] = process.argv.slice(2);

// A kubelet without a real certificate ends at once, and nobody could reach it.
const authority = await createAuthority(join(folder, 'authority'), 'nobody');
const ClusterCertificateAuthority = await readBase64(authority.certificate);
/** Long enough to ask a few times, instead of minutes. */
const VALUES = { ...EXAMPLE, ClusterCertificateAuthority };
const USER_DATA = renderUserData(VALUES).replace('patience=300', 'patience=5');
const UNGUARDED = unpackedUserData(VALUES)
  .replace('patience=300', 'patience=5')
  .replace('set -eu\nPATH=/usr/sbin', 'exit 0\nPATH=/usr/sbin');
const vpcCidr = '10.0.0.0/16';
const subnets = [2, 4, 6].map((n) => ({
  ...{
    id: `subnet-${n}`,
    cidr: `10.0.${n}.0/24`,
    zone: 'ap-northeast-2a',
    vpcId: 'vpc-1',
    vpcCidr,
  },
}));
const instances = ['i-complete', 'i-lacking', 'i-unguarded', 'i-peer'].map((id, index) => ({
  id,
  state: 'running',
  imageId: 'ami-1',
  type: 'm5.xlarge',
  zone: 'ap-northeast-2a',
  privateDnsName: `ip-10-0-2-${10 + index}.local`,
  launchTime: '2026-01-01T00:00:00Z',
  isSpot: false,
  metadataHopLimit: 1,
}));
const MACHINES = instances.slice(0, 3);

/** The user data with one more part, which asks from pods in the background. */
function askingFromPods(userData: string, host: number): string {
  const script = readFileSync(join(import.meta.dirname, 'ask-from-pods.sh'), 'utf8');
  const part = [
    '--NODE',
    'Content-Type: text/x-shellscript; charset="us-ascii"',
    '',
    '#!/bin/bash',
    "cat >/run/ask-from-pods <<'ASK'",
    `${script}ASK`,
    'chmod +x /run/ask-from-pods',
    `setsid /run/ask-from-pods ${PEER} 10.0.4.${host} 10.0.6.${host} >/var/log/rehearsal/pods.log 2>&1 </dev/null &`,
    '',
  ].join('\n');
  return userData.replace(/--NODE--\n$/, () => `${part}\n--NODE--\n`);
}

/** Another machine in the subnet of device 1. */
const PEER = '10.0.4.13';

/** Notes the addresses from which packets come to the metadata service, also those that the VPC drops. */
const WATCH = `table ip watch {
  set asked { type ipv4_addr; flags dynamic; size 1024; }
  chain prerouting {
    type filter hook prerouting priority -400;
    ip daddr ${METADATA_ADDRESS} update @asked { ip saddr }
  }
}`;

/** Devices 0, 1, … of a machine, in the subnets in order, each with an address and a prefix. */
function interfaces(instanceId: string, host: number, count: number): NetworkInterface[] {
  return subnets.slice(0, count).map(({ id: subnetId }, deviceIndex) => ({
    id: `eni-${host}${deviceIndex}`,
    mac: `02:00:00:00:${host}:0${deviceIndex}`,
    subnetId,
    addresses: [`10.0.${2 + 2 * deviceIndex}.${host}`],
    sourceDestCheck: true,
    prefixes: [`10.0.${2 + 2 * deviceIndex}.${16 * (host - 2)}/28`],
    securityGroups: [{ id: 'sg-1', name: 'all' }],
    attachment: { instanceId, deviceIndex },
  }));
}

const ALL = { protocol: '-1', cidrs: ['10.0.0.0/16'], groups: [] };
const peers = interfaces('i-peer', 13, 2);

const state: Ec2State = {
  ...EMPTY_STATE,
  subnets,
  instances,
  securityGroups: [{ id: 'sg-1', ingress: [ALL], egress: [{ ...ALL, cidrs: ['0.0.0.0/0'] }] }],
  networkInterfaces: [
    ...interfaces('i-complete', 10, 3),
    ...interfaces('i-lacking', 11, 2),
    ...interfaces('i-unguarded', 12, 3),
    ...peers,
  ],
  routes: new Map(subnets.map(({ id }) => [id, [localRoute(vpcCidr)]])),
  waysOut: new Map(subnets.map(({ id }) => [id, OPEN_WAYS])),
};
const readState = async () => state;

function userDataOf(instanceId: string): string {
  if (instanceId === 'i-complete') return askingFromPods(USER_DATA, 10);
  return instanceId === 'i-unguarded' ? askingFromPods(UNGUARDED, 12) : USER_DATA;
}

await prepareNamespace();
const metadata = await startMetadataServer({
  host: METADATA_ADDRESS,
  port: 80,
  lookUp: async (source) => {
    const instance = instanceAt(state, source);
    const sources = { accountId: '111122223333', region: 'ap-northeast-2' };
    return (
      instance &&
      metadataOf(state, instance, {
        ...sources,
        credentials: async () => '{}',
        userData: async () => userDataOf(instance.id),
      })
    );
  },
});
const vpc = createVpc({ readState });
const tools = { kernel, ami };
const machines = createMachines({ tools, runDir: folder, logDir: folder, readState, vpc });
await vpc.reconcile();
const [, eni] = peers;
const [, subnet] = subnets;
if (eni === undefined || subnet === undefined) throw new Error('the peer has no interface');
const peer = await startMachine(eni, subnet, [PEER]);
await run('nft', ['-f', '-'], { input: WATCH });
await Promise.all(MACHINES.map(({ id }) => machines.powerOn(id)));
const console1 = join(folder, 'i-complete.console.log');
const pods = join(folder, 'i-complete/pods.log');
const kubelets = {
  'i-unguarded': (await peer.connects('10.0.4.12', 10_250)) && (await peer.reaches('10.0.4.12')),
  'i-complete': !(await peer.cannotConnect('10.0.4.10', 10_250)),
};
writeFileSync(join(folder, 'kubelets.json'), JSON.stringify(kubelets));
for (const { id } of MACHINES) writeFileSync(join(folder, id, 'peer-has-asked'), '');
while (!existsSync(pods) || !readFileSync(pods, 'utf8').includes('that is all')) await sleep(50);
await machines.reboot('i-complete');
while (!/kubelet started[\s\S]*kubelet started/.test(readFileSync(console1, 'utf8')))
  await sleep(50);
const reached = !(await peer.isCutOffFrom('10.0.4.10'));
writeFileSync(join(folder, 'after-reboot.json'), JSON.stringify(reached));
while (!existsSync(join(folder, 'enough'))) await sleep(50);
writeFileSync(
  join(folder, 'asked.json'),
  await run('nft', ['-j', 'list', 'set', 'ip', 'watch', 'asked']),
);
peer.stop();
await machines.stop();
await vpc.stop();
await metadata.stop();
