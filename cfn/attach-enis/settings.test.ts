import { describe, expect, it } from 'vitest';
import { readSettings } from './settings.ts';

const ENV = {
  CLUSTER_NAME: 'eks-multus-cluster',
  SUBNET_IDS: 'subnet-1, subnet-2',
  SECURITY_GROUP_IDS: 'sg-1',
  PREFIXES_PER_INTERFACE: '1',
  TAGS: 'eks-multus-actions/node-group=ng1,owner=a=b',
};

describe('readSettings', () => {
  it('makes the first subnet device 1, the second device 2', () => {
    expect(readSettings(ENV)).toEqual({
      cluster: 'eks-multus-cluster',
      wanted: [
        { deviceIndex: 1, subnetId: 'subnet-1', sourceDestCheck: true },
        { deviceIndex: 2, subnetId: 'subnet-2', sourceDestCheck: true },
      ],
      securityGroupIds: ['sg-1'],
      prefixes: 1,
      tags: { 'eks-multus-actions/node-group': 'ng1', owner: 'a=b' },
    });
  });

  it('works without further tags', () => {
    expect(readSettings({ ...ENV, TAGS: undefined }).tags).toEqual({});
  });

  it('has no part for prefixes where nothing is between two commas', () => {
    const { wanted } = readSettings({ ...ENV, PREFIX_CIDRS: ',10.0.6.128/25' });
    expect(wanted.map(({ prefixCidr }) => prefixCidr)).toEqual([undefined, '10.0.6.128/25']);
  });

  it('reads which part of a subnet is for prefixes, if nodes get any', () => {
    const env = { ...ENV, PREFIX_CIDRS: '10.0.4.128/25,10.0.6.128/25' };
    expect(readSettings(env).wanted[1]).toEqual({
      deviceIndex: 2,
      subnetId: 'subnet-2',
      prefixCidr: '10.0.6.128/25',
      sourceDestCheck: true,
    });
  });

  it('takes off the source/destination check only where nodes get no prefixes', () => {
    const env = { ...ENV, PREFIX_CIDRS: '10.0.4.128/25,10.0.6.128/25' };
    expect(readSettings({ ...env, PREFIXES_PER_INTERFACE: '0' }).wanted[1]).toEqual({
      deviceIndex: 2,
      subnetId: 'subnet-2',
      sourceDestCheck: false,
    });
  });

  it('gives interfaces an IPv6 prefix with dual-stack, where they have prefixes at all', () => {
    const prefixes = (env: Readonly<Record<string, string>>) =>
      readSettings({ ...ENV, ...env }).wanted.map(({ ipv6Prefix }) => ipv6Prefix);
    expect(prefixes({ IP_FAMILY: 'dual-stack' })).toEqual([true, true]);
    expect(prefixes({ IP_FAMILY: 'ipv4' })).toEqual([undefined, undefined]);
    expect(prefixes({ IP_FAMILY: 'dual-stack', PREFIXES_PER_INTERFACE: '0' })).toEqual([
      undefined,
      undefined,
    ]);
  });

  it.each([
    [{ IP_FAMILY: 'ipv6' }, 'IP_FAMILY must be ipv4 or dual-stack'],
    [{ SUBNET_IDS: '' }, 'SUBNET_IDS is not set'],
    [{ PREFIXES_PER_INTERFACE: 'some' }, 'PREFIXES_PER_INTERFACE must be'],
    [{ PREFIXES_PER_INTERFACE: '-1' }, 'PREFIXES_PER_INTERFACE must be'],
    [{ TAGS: 'nothing' }, 'key=value'],
  ])('refuses %j', (change, message) => {
    expect(() => readSettings({ ...ENV, ...change })).toThrow(message);
  });
});
