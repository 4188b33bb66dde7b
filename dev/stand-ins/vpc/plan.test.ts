import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';
import { addressesOf, linkLocal, nthAddress } from './addresses.ts';
import { type Ec2State, EMPTY_STATE, type NetworkInterface } from './ec2-state.ts';
import { changes, EMPTY_PLAN, planVpc, tapOf, type VpcPlan } from './plan.ts';

const instance = (id: string, state = 'running') => ({
  id,
  state,
  imageId: 'ami-1',
  type: 'm5.xlarge',
  zone: 'z',
  privateDnsName: `${id}.internal`,
  launchTime: '2026-01-01T00:00:00.000Z',
  isSpot: false,
  metadataHopLimit: 1,
});
const eni = (id: string, more: Partial<NetworkInterface> = {}): NetworkInterface => ({
  id,
  mac: '02:00:00:00:00:01',
  subnetId: 'subnet-1',
  addresses: ['10.0.4.9'],
  prefixes: [],
  securityGroups: [],
  sourceDestCheck: true,
  attachment: { instanceId: 'i-1', deviceIndex: 1 },
  ...more,
});
const state = (more: Partial<Ec2State>): Ec2State => ({
  ...EMPTY_STATE,
  instances: [instance('i-1')],
  networkInterfaces: [],
  subnets: [
    { id: 'subnet-1', cidr: '10.0.4.0/24', zone: 'z', vpcId: 'vpc-1', vpcCidr: '10.0.0.0/16' },
  ],
  ...more,
});

describe('the addresses of a block', () => {
  it('counts from the network address', () => {
    expect(nthAddress('10.0.4.0/24', 1)).toBe('10.0.4.1');
    expect(nthAddress('10.0.255.240/28', 16)).toBe('10.1.0.0');
    expect(addressesOf('10.0.4.64/28')).toHaveLength(16);
    expect(addressesOf('10.0.4.64/28').at(-1)).toBe('10.0.4.79');
  });
});

describe('the link-local address of an interface', () => {
  it('is the one that its MAC address makes (RFC 4291, appendix A)', () => {
    expect(linkLocal('34:56:78:9a:bc:de')).toBe('fe80::3656:78ff:fe9a:bcde');
    expect(linkLocal('02:00:00:00:00:01')).toBe('fe80::ff:fe00:1');
  });

  it('tells interfaces apart', () => {
    const macs = fc
      .array(fc.integer({ min: 0, max: 255 }), { minLength: 6, maxLength: 6 })
      .map((bytes) => bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':'));
    fc.assert(
      fc.property(macs, macs, (one, other) => {
        expect(linkLocal(one) === linkLocal(other)).toBe(one === other);
        expect(ipaddr.parse(linkLocal(one)).range()).toBe('linkLocal');
      }),
    );
  });
});

describe('the plan of a VPC', () => {
  it('routes every assigned address and prefix to the tap of its interface', () => {
    const plan = planVpc(
      state({ networkInterfaces: [eni('eni-0aa', { prefixes: ['10.0.4.64/28'] })] }),
    );
    expect(plan.routes).toEqual([
      { destination: '10.0.4.9/32', device: 't0aa' },
      { destination: '10.0.4.64/28', device: 't0aa' },
    ]);
    expect(plan.neighbours).toHaveLength(17);
    expect(plan.routers).toEqual(['10.0.4.1']);
  });

  it('lets the control plane of a VPC send from its own address, once this machine has that', () => {
    const plane = eni('eni-0cp', { addresses: ['10.0.4.4'] });
    const { attachment: _, ...unattached } = plane;
    const elsewhere = {
      ...unattached,
      id: 'eni-0ff',
      subnetId: 'subnet-9',
      addresses: ['10.9.4.4'],
    };
    const one = state({ networkInterfaces: [eni('eni-0aa'), elsewhere, unattached] });
    const other = {
      id: 'subnet-9',
      cidr: '10.9.4.0/24',
      zone: 'z',
      vpcId: 'vpc-9',
      vpcCidr: '10.9.0.0/16',
    };
    const both = { ...one, subnets: [...one.subnets, other] };
    const route = { destination: '10.0.4.9/32', device: 't0aa' };
    expect(planVpc(both, ['10.9.4.4']).routes).toEqual([route]);
    const plan = planVpc(both, ['10.9.4.4', '10.0.4.4']);
    expect(plan.routes).toEqual([{ ...route, source: '10.0.4.4' }]);
    expect(changes(planVpc(both), plan)).toEqual([
      'route delete 10.0.4.9/32 dev t0aa',
      'route replace 10.0.4.9/32 dev t0aa src 10.0.4.4',
    ]);
    // The kernel has deleted the route when the address of the control plane goes.
    expect(changes(plan, planVpc(both))[0]).toBe('route flush 10.0.4.9/32 dev t0aa');
  });

  it('routes IPv6 by one neighbour for each interface, however large its prefixes are', () => {
    const dual = eni('eni-0aa', {
      ipv6Addresses: ['2400:6500::9'],
      ipv6Prefixes: ['2400:6500:0:0:1::/80'],
    });
    const plan = planVpc(state({ networkInterfaces: [dual] }));
    const via = 'fe80::ff:fe00:1';
    expect(plan.routes).toEqual([
      { destination: '10.0.4.9/32', device: 't0aa' },
      { destination: '2400:6500::9/128', device: 't0aa', via },
      { destination: '2400:6500:0:0:1::/80', device: 't0aa', via },
    ]);
    expect(plan.neighbours.map(({ address }) => address)).toEqual(['10.0.4.9', via]);
    expect(plan.routers).toEqual(['10.0.4.1']);
    expect(changes(EMPTY_PLAN, plan)).toContain(
      'route replace 2400:6500:0:0:1::/80 via fe80::ff:fe00:1 dev t0aa',
    );
    expect(changes(plan, planVpc(state({ networkInterfaces: [eni('eni-0aa')] })))).toEqual([
      `neighbour delete ${via} dev t0aa`,
      'route delete 2400:6500::9/128 dev t0aa',
      'route delete 2400:6500:0:0:1::/80 dev t0aa',
    ]);
  });

  it('leaves out detached interfaces and those of terminated instances', () => {
    const { attachment: _, ...free } = eni('eni-free');
    const dead = eni('eni-dead', { attachment: { instanceId: 'i-2', deviceIndex: 0 } });
    const plan = planVpc(
      state({
        instances: [instance('i-1'), instance('i-2', 'terminated')],
        networkInterfaces: [free, dead],
      }),
    );
    expect(plan).toEqual(EMPTY_PLAN);
  });

  it('gives devices names that the kernel accepts', () => {
    expect(tapOf('eni-0123456789abcdef0')).toHaveLength(15);
  });
});

describe('the change from one plan to another', () => {
  const interfaces = fc.uniqueArray(
    fc.record({ id: fc.integer({ min: 1, max: 6 }), host: fc.integer({ min: 4, max: 250 }) }),
    { selector: ({ id }) => id, maxLength: 6 },
  );
  const plans = interfaces.map((chosen) =>
    planVpc(
      state({
        networkInterfaces: chosen.map(({ id, host }) =>
          eni(`eni-${id}`, { addresses: [`10.0.4.${host}`], mac: `02:00:00:00:00:0${id}` }),
        ),
      }),
    ),
  );

  it('is empty between equal plans', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        expect(changes(plan, plan)).toEqual([]);
      }),
    );
  });

  it('creates exactly the new devices and deletes exactly the removed ones', () => {
    const only = (plan: VpcPlan, other: VpcPlan) =>
      plan.taps.filter((tap) => !other.taps.includes(tap));
    fc.assert(
      fc.property(plans, plans, (from, to) => {
        const lines = changes(from, to);
        const added = lines.flatMap((line) => /^tuntap add dev (\S+)/.exec(line)?.[1] ?? []);
        const deleted = lines.flatMap((line) => /^link delete (\S+)/.exec(line)?.[1] ?? []);
        expect(added).toEqual(only(to, from));
        expect(deleted).toEqual(only(from, to));
      }),
    );
  });

  it('never touches a device after it has deleted it', () => {
    fc.assert(
      fc.property(plans, plans, (from, to) => {
        const lines = changes(from, to);
        const gone = from.taps.filter((tap) => !to.taps.includes(tap));
        for (const tap of gone) {
          expect(lines.filter((line) => line.split(' ').includes(tap))).toEqual([
            `link delete ${tap}`,
          ]);
        }
      }),
    );
  });

  it('moves an address between interfaces by removing it first', () => {
    const before = planVpc(
      state({ networkInterfaces: [eni('eni-1', { addresses: ['10.0.4.9', '10.0.4.10'] })] }),
    );
    const after = planVpc(
      state({
        networkInterfaces: [eni('eni-1'), eni('eni-2', { addresses: ['10.0.4.10'] })],
      }),
    );
    const lines = changes(before, after);
    expect(lines.indexOf('route delete 10.0.4.10/32 dev t1')).toBeLessThan(
      lines.indexOf('route replace 10.0.4.10/32 dev t2'),
    );
  });
});
