import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Ec2State, EMPTY_STATE } from '../../vpc/ec2-state.ts';
import { METADATA_ADDRESS } from '../../vpc/filter.ts';
import { localRoute } from '../../vpc/route-tables.ts';
import { createVpc, prepareNamespace } from '../../vpc/vpc.ts';
import { OPEN_WAYS } from '../../vpc/ways-out.ts';
import { createMachines } from '../machines.ts';
import { instanceAt } from '../metadata.ts';
import { startMetadataServer } from '../metadata-server.ts';
import { metadataOf } from '../metadata-tree.ts';

/**
 * A program of its own, for namespaces of its own: boots two user-mode-linux machines in two zones. Each has a second
 * interface with an IPv6 address and a prefix, and asks the other one (`ipv6-trial.sh`). Ends when both have; what they say is in
 * `i-4/ipv6.log` and `i-5/ipv6.log` of the folder.
 */
const [folder = '', kernel = '', ami = ''] = process.argv.slice(2);
const vpcCidr = '10.0.0.0/16';
const vpcIpv6Cidrs = ['2400:6500:1:ab00::/56'];
const ZONES = [
  { n: 4, zone: 'ap-northeast-2a' },
  { n: 5, zone: 'ap-northeast-2b' },
] as const;
const ownAddress = (n: number) => `2400:6500:1:ab0${n}::1${n}`;
const prefix = (n: number) => `2400:6500:1:ab0${n}:${n}::`;
const place = { vpcId: 'vpc-1', vpcCidr, vpcIpv6Cidrs };
const all = { protocol: '-1', cidrs: ['0.0.0.0/0'], ipv6Cidrs: ['::/0'], groups: [] };
const group = { id: 'sg-1', name: 'all' };
const subnets = ZONES.flatMap(({ n, zone }) => [
  { ...place, zone, id: `private-${n}`, cidr: `10.0.${n + 10}.0/24` },
  {
    ...place,
    zone,
    id: `multus-${n}`,
    cidr: `10.0.${n}.0/24`,
    ipv6Cidr: `2400:6500:1:ab0${n}::/64`,
  },
]);
const state: Ec2State = {
  ...EMPTY_STATE,
  subnets,
  instances: ZONES.map(({ n, zone }) => ({
    id: `i-${n}`,
    state: 'running',
    imageId: 'ami-1',
    type: 'm5.xlarge',
    zone,
    privateDnsName: `ip-10-0-${n + 10}-10.local`,
    launchTime: '2026-01-01T00:00:00Z',
    isSpot: false,
    metadataHopLimit: 1,
  })),
  securityGroups: [
    {
      id: group.id,
      ingress: [{ protocol: '-1', cidrs: [], groups: [group.id] }],
      egress: [all],
    },
  ],
  networkInterfaces: ZONES.flatMap(({ n }) =>
    [`private-${n}`, `multus-${n}`].map((subnetId, deviceIndex) => ({
      id: `eni-${n}${deviceIndex}`,
      mac: `02:00:00:00:0${n}:0${deviceIndex}`,
      subnetId,
      addresses: [`10.0.${deviceIndex === 0 ? n + 10 : n}.10`],
      prefixes: [],
      ...(deviceIndex === 0
        ? {}
        : { ipv6Addresses: [ownAddress(n)], ipv6Prefixes: [`${prefix(n)}/80`] }),
      sourceDestCheck: true,
      securityGroups: [group],
      attachment: { instanceId: `i-${n}`, deviceIndex },
    })),
  ),
  routes: new Map(subnets.map(({ id }) => [id, [vpcCidr, ...vpcIpv6Cidrs].map(localRoute)])),
  waysOut: new Map(subnets.map(({ id }) => [id, OPEN_WAYS])),
};
const readState = async () => state;

const trial = readFileSync(join(import.meta.dirname, 'ipv6-trial.sh'), 'utf8');
const userDataOf = (instanceId: string) => {
  const other = ZONES.find(({ n }) => `i-${n}` !== instanceId)?.n ?? 0;
  const told = `ZONE_PEER=${ownAddress(other)} POD_PEER=${prefix(other)}7`;
  return trial.replace('#!/bin/bash\n', `#!/bin/bash\n${told}\n`);
};

await prepareNamespace();
const metadata = await startMetadataServer({
  host: METADATA_ADDRESS,
  port: 80,
  lookUp: async (source) => {
    const found = instanceAt(state, source);
    const account = { accountId: '111122223333', region: 'ap-northeast-2' };
    const credentials = async () => '{}';
    const userData = async () => userDataOf(found?.id ?? '');
    return found && metadataOf(state, found, { ...account, credentials, userData });
  },
});
const vpc = createVpc({ readState });
const tools = { kernel, ami };
const machines = createMachines({ tools, runDir: folder, logDir: folder, readState, vpc });
await vpc.reconcile();
const booting = state.instances.map(({ id }) => machines.powerOn(id));
for (const { id } of state.instances) {
  const log = join(folder, id, 'ipv6.log');
  while (!existsSync(log) || !readFileSync(log, 'utf8').includes('that is all')) await sleep(50);
}
for (const { id } of state.instances) writeFileSync(join(folder, id, 'enough'), '');
await Promise.all(booting);
await machines.stop();
await vpc.stop();
await metadata.stop();
