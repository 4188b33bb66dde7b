import { describe, expect, it } from 'vitest';
import { type Ec2State, EMPTY_STATE } from '../vpc/ec2-state.ts';
import { instanceAt } from './metadata.ts';
import { metadataOf, readItem } from './metadata-tree.ts';

const instance = {
  id: 'i-1',
  state: 'running',
  imageId: 'ami-1',
  type: 'm5.xlarge',
  zone: 'ap-northeast-2a',
  privateDnsName: 'ip-10-0-2-5.ap-northeast-2.compute.internal',
  launchTime: '2026-01-01T00:00:00.000Z',
  isSpot: false,
  metadataHopLimit: 1,
  instanceProfileArn: 'arn:aws:iam::123456789012:instance-profile/ng1',
};
const subnet = { zone: 'ap-northeast-2a', vpcId: 'vpc-1', vpcCidr: '10.0.0.0/16' };
const state: Ec2State = {
  ...EMPTY_STATE,
  instances: [instance],
  subnets: [
    { ...subnet, id: 'subnet-1', cidr: '10.0.2.0/24' },
    {
      ...subnet,
      id: 'subnet-2',
      cidr: '10.0.4.0/24',
      ipv6Cidr: '2400:6500:0:4::/64',
      vpcIpv6Cidrs: ['2400:6500::/56'],
    },
  ],
  // Not in device order, because EC2 guarantees no order.
  networkInterfaces: [
    {
      id: 'eni-2',
      mac: '02:00:00:00:00:02',
      subnetId: 'subnet-2',
      addresses: ['10.0.4.9'],
      prefixes: ['10.0.4.64/28', '10.0.4.80/28'],
      ipv6Addresses: ['2400:6500:0:4::9'],
      ipv6Prefixes: ['2400:6500:0:4:a::/80', '2400:6500:0:4:b::/80'],
      securityGroups: [],
      sourceDestCheck: false,
      attachment: { instanceId: 'i-1', deviceIndex: 1 },
    },
    {
      id: 'eni-1',
      mac: '02:00:00:00:00:01',
      subnetId: 'subnet-1',
      addresses: ['10.0.2.5'],
      prefixes: [],
      securityGroups: [{ id: 'sg-1', name: 'nodes' }],
      sourceDestCheck: true,
      attachment: { instanceId: 'i-1', deviceIndex: 0 },
    },
  ],
};
const tree = metadataOf(state, instance, {
  accountId: '123456789012',
  region: 'ap-northeast-2',
  roleName: 'node',
  credentials: async () => 'secret',
  userData: async () => '#!/bin/bash\n',
});
const read = (path: string) => readItem(tree, path);

describe('the metadata of an instance', () => {
  it('describes the primary interface at the top', async () => {
    expect(await read('/meta-data/mac')).toBe('02:00:00:00:00:01');
    expect(await read('/meta-data/local-ipv4')).toBe('10.0.2.5');
    expect(await read('/meta-data/local-hostname')).toBe(instance.privateDnsName);
    expect(await read('/meta-data/placement/availability-zone')).toBe('ap-northeast-2a');
  });

  it('says that EC2 takes a spot instance back, once it does', async () => {
    const spot = { ...instance, isSpot: true };
    const sources = {
      accountId: '123456789012',
      region: 'ap-northeast-2',
      credentials: async () => 'secret',
      userData: async () => undefined,
    };
    const notice = { action: 'terminate', time: '2026-11-27T22:00:00Z' };
    const before = metadataOf(state, spot, sources);
    const after = metadataOf(state, spot, { ...sources, notice });
    expect(await readItem(before, '/meta-data/instance-life-cycle')).toBe('spot');
    expect(await readItem(before, '/meta-data/spot/instance-action')).toBeUndefined();
    expect(await readItem(after, '/meta-data/spot/instance-action')).toBe(JSON.stringify(notice));
    expect(await readItem(after, '/meta-data/spot/termination-time')).toBe(notice.time);
  });

  it('lists every interface, folders with a slash', async () => {
    expect(await read('/meta-data/network/interfaces/macs/')).toBe(
      '02:00:00:00:00:01/\n02:00:00:00:00:02/',
    );
    const second = '/meta-data/network/interfaces/macs/02:00:00:00:00:02';
    expect(await read(`${second}/device-number`)).toBe('1');
    expect(await read(`${second}/subnet-ipv4-cidr-block`)).toBe('10.0.4.0/24');
    expect(await read(`${second}/ipv4-prefix`)).toBe('10.0.4.64/28\n10.0.4.80/28');
  });

  it('has the IPv6 of an interface, its subnet and its VPC', async () => {
    const second = '/meta-data/network/interfaces/macs/02:00:00:00:00:02';
    expect(await read(`${second}/ipv6-prefix`)).toBe('2400:6500:0:4:a::/80\n2400:6500:0:4:b::/80');
    expect(await read(`${second}/ipv6s`)).toBe('2400:6500:0:4::9');
    expect(await read(`${second}/subnet-ipv6-cidr-blocks`)).toBe('2400:6500:0:4::/64');
    expect(await read(`${second}/vpc-ipv6-cidr-blocks`)).toBe('2400:6500::/56');
  });

  it('has no item of IPv6 where there is none', async () => {
    const first = '/meta-data/network/interfaces/macs/02:00:00:00:00:01';
    expect(await read(`${first}/`)).not.toContain('ipv6');
    expect(await read(`${first}/ipv6-prefix`)).toBeUndefined();
    expect(await read(`${first}/subnet-ipv6-cidr-blocks`)).toBeUndefined();
  });

  it('has no ipv4-prefix where none is assigned', async () => {
    expect(
      await read('/meta-data/network/interfaces/macs/02:00:00:00:00:01/ipv4-prefix'),
    ).toBeUndefined();
  });

  it('names the role before it gives its credentials', async () => {
    expect(await read('/meta-data/iam/security-credentials/')).toBe('node');
    expect(await read('/meta-data/iam/security-credentials/node')).toBe('secret');
  });

  it('gives user data and the identity document', async () => {
    expect(await read('/user-data')).toBe('#!/bin/bash\n');
    const document = await read('/dynamic/instance-identity/document');
    expect(JSON.parse(document ?? '')).toMatchObject({
      instanceId: 'i-1',
      region: 'ap-northeast-2',
      privateIp: '10.0.2.5',
    });
  });

  it('does not know what is not there, not even what every object has', async () => {
    expect(await read('/meta-data/nothing')).toBeUndefined();
    expect(await read('/meta-data/mac/deeper')).toBeUndefined();
    expect(await read('/constructor')).toBeUndefined();
  });
});

describe('the instance behind an address', () => {
  it('is found by any address of its interfaces, and by their prefixes', () => {
    expect(instanceAt(state, '10.0.2.5')?.id).toBe('i-1');
    expect(instanceAt(state, '10.0.4.95')?.id).toBe('i-1');
    expect(instanceAt(state, '10.0.4.96')).toBeUndefined();
    expect(instanceAt(state, '::1')).toBeUndefined();
  });

  it('is nobody once the instance is terminated', () => {
    const terminated = { ...state, instances: [{ ...instance, state: 'terminated' }] };
    expect(instanceAt(terminated, '10.0.2.5')).toBeUndefined();
  });
});
