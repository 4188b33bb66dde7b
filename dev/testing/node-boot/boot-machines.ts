import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
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
import { createVpc, prepareNamespace } from '../../stand-ins/vpc/vpc.ts';
import { EXAMPLE, renderUserData } from './user-data.ts';

/**
 * A program of its own, for namespaces of its own: boots two user-mode-linux machines with the template's user data,
 * one with both of its Multus interfaces and one that lacks the second. Ends when both have booted and the folder has a
 * file `enough`. The folder also has the machines' logs. Leaves out: a cluster to join, and the launch hook; EC2's
 * state is fixed.
 */
const [folder = '', kernel = '', ami = ''] = process.argv.slice(2);

/** Long enough to ask a few times, instead of minutes. */
const USER_DATA = renderUserData(EXAMPLE).replace('patience=300', 'patience=5');
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
const instances = ['i-complete', 'i-lacking'].map((id, index) => ({
  id,
  state: 'running',
  imageId: 'ami-1',
  type: 'm5.xlarge',
  zone: 'ap-northeast-2a',
  privateDnsName: `ip-10-0-2-${10 + index}.local`,
  launchTime: '2026-01-01T00:00:00Z',
}));

/** Devices 0, 1, … of a machine, in the subnets in order, each with an address and a prefix. */
function interfaces(instanceId: string, host: number, count: number): NetworkInterface[] {
  return subnets.slice(0, count).map(({ id: subnetId }, deviceIndex) => ({
    id: `eni-${host}${deviceIndex}`,
    mac: `02:00:00:00:${host}:0${deviceIndex}`,
    subnetId,
    addresses: [`10.0.${2 + 2 * deviceIndex}.${host}`],
    sourceDestCheck: true,
    prefixes: [`10.0.${2 + 2 * deviceIndex}.${16 * (host - 2)}/28`],
    securityGroups: [],
    attachment: { instanceId, deviceIndex },
  }));
}

const state: Ec2State = {
  ...EMPTY_STATE,
  subnets,
  instances,
  networkInterfaces: [...interfaces('i-complete', 10, 3), ...interfaces('i-lacking', 11, 2)],
  localRoutes: new Map(subnets.map(({ id }) => [id, [vpcCidr]])),
};
const readState = async () => state;

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
        userData: async () => USER_DATA,
      })
    );
  },
});
const vpc = createVpc({ readState });
const tools = { kernel, ami };
const machines = createMachines({ tools, runDir: folder, logDir: folder, readState, vpc });
await Promise.all(instances.map(({ id }) => machines.powerOn(id)));
while (!existsSync(join(folder, 'enough'))) await sleep(50);
await machines.stop();
await vpc.stop();
await metadata.stop();
