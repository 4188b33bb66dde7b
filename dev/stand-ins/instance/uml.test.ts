import { describe, expect, it } from 'vitest';
import { umlArguments } from './uml.ts';

const eni = (n: number) => ({
  id: `eni-0123456789abcde${n}`,
  mac: `02:00:00:00:00:0${n}`,
  subnetId: 'subnet-1',
  addresses: [`10.0.2.${n}`],
  prefixes: [],
  securityGroups: [],
  sourceDestCheck: true,
});

describe('the command line of a machine', () => {
  const args = umlArguments({
    instanceId: 'i-1',
    memoryMiB: 1500,
    interfaces: [eni(5), eni(6)],
    primarySubnet: {
      id: 'subnet-1',
      cidr: '10.0.2.0/24',
      zone: 'z',
      vpcId: 'v',
      vpcCidr: '10.0.0.0/16',
    },
    files: { image: '/ami.ext4', disk: '/i-1.cow', logWindow: '/logs/i-1', umlDir: '/uml' },
  });

  it('puts a copy-on-write disk over the image', () => {
    expect(args).toContain('ubd0=/i-1.cow,/ami.ext4');
  });

  it('has one device per interface, in device order, with its MAC and tap', () => {
    expect(args.filter((arg) => arg.startsWith('vec'))).toEqual([
      'vec0:transport=tap,ifname=t23456789abcde5,depth=64,gro=0,mtu=9001,mac=02:00:00:00:00:05',
      'vec1:transport=tap,ifname=t23456789abcde6,depth=64,gro=0,mtu=9001,mac=02:00:00:00:00:06',
    ]);
  });

  it('carries the lease of the primary interface', () => {
    expect(args).toContain('rehearsal.lease=10.0.2.5/24,10.0.2.1');
  });
});
