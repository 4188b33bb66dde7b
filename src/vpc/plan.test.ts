import { describe, expect, it } from 'vitest';
import { type NetworkPlan, type NetworkRequest, planNetwork } from './plan.ts';

const zones = ['ap-northeast-2a', 'ap-northeast-2b'];
const lab: NetworkRequest = { vpcCidr: '10.0.0.0/16', zones, multusNetworks: 2 };

function planOf(request: NetworkRequest): NetworkPlan {
  const result = planNetwork(request);
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result.plan;
}

function problemsOf(request: NetworkRequest) {
  const result = planNetwork(request);
  return 'problems' in result ? result.problems : [];
}

describe('the lab', () => {
  it('gets exactly its own subnets', () => {
    const plan = planOf(lab);
    expect(plan.publicSubnets).toEqual(['10.0.0.0/24', '10.0.1.0/24']);
    expect(plan.privateSubnets).toEqual(['10.0.2.0/24', '10.0.3.0/24']);
    expect(plan.multusSubnets.map(({ network, zone, cidr }) => [network, zone, cidr])).toEqual([
      [1, 'ap-northeast-2a', '10.0.4.0/24'],
      [1, 'ap-northeast-2b', '10.0.5.0/24'],
      [2, 'ap-northeast-2a', '10.0.6.0/24'],
      [2, 'ap-northeast-2b', '10.0.7.0/24'],
    ]);
  });

  it('keeps the upper half of each Multus subnet for prefixes, outside of the lab range .70-.80', () => {
    const [first] = planOf(lab).multusSubnets;
    expect(first?.prefixCidr).toBe('10.0.4.128/25');
    expect(first?.prefixes).toBe(7);
  });
});

describe('explicit subnets', () => {
  it('stay where they are, and the others avoid them', () => {
    const plan = planOf({ ...lab, subnetCidrs: { private: ['10.0.0.0/20', '10.0.16.0/20'] } });
    expect(plan.privateSubnets).toEqual(['10.0.0.0/20', '10.0.16.0/20']);
    expect(plan.publicSubnets).toEqual(['10.0.32.0/24', '10.0.33.0/24']);
    expect(plan.multusSubnets[0]?.cidr).toBe('10.0.34.0/24');
  });

  it('may be given for all kinds', () => {
    const subnetCidrs = {
      public: ['10.1.0.0/28', '10.1.0.16/28'],
      private: ['10.1.1.0/25', '10.1.1.128/25'],
      multus: [['10.1.2.0/26', '10.1.2.64/26']],
    };
    const plan = planOf({ vpcCidr: '10.1.0.0/22', zones, multusNetworks: 1, subnetCidrs });
    expect(plan.multusSubnets.map((subnet) => subnet.prefixCidr)).toEqual([
      '10.1.2.32/27',
      '10.1.2.96/27',
    ]);
  });
});

describe('a small VPC', () => {
  it('gets smaller subnets', () => {
    const plan = planOf({ ...lab, vpcCidr: '10.0.0.0/24', multusNetworks: 1 });
    expect(plan.publicSubnets).toEqual(['10.0.0.0/27', '10.0.0.32/27']);
    expect(plan.privateSubnets).toEqual(['10.0.0.64/27', '10.0.0.96/27']);
    expect(plan.multusSubnets.map(({ cidr }) => cidr)).toEqual(['10.0.0.128/26', '10.0.0.192/26']);
  });
});

describe('problems', () => {
  it.each(['10.0.0.1/16', '10.0.0.0/15', '10.0.0.0/29', 'ten', ''])('a VPC of %j', (vpcCidr) => {
    const [problem] = problemsOf({ ...lab, vpcCidr });
    expect(problem).toMatchObject({ input: 'vpc-cidr', value: vpcCidr });
    expect(problem?.allowed).toContain('/16 to /28');
  });

  it('a VPC that is too small', () => {
    const [problem] = problemsOf({ ...lab, vpcCidr: '10.0.0.0/24' });
    expect(problem).toMatchObject({ input: 'vpc-cidr', value: '10.0.0.0/24' });
    expect(problem?.allowed).toContain('room for 8 subnets');
  });

  it.each([
    [{ public: ['10.0.0.0/24'] }, '["10.0.0.0/24"]', 'public: 2 subnets'],
    [{ multus: [['10.0.4.0/24', '10.0.5.0/24']] }, '10.0.4.0/24', 'multus: 2 lists'],
    [{ private: ['10.0.0.0/24', '10.0.0.128/25'] }, '10.0.0.128/25', 'private in ap-northeast-2b'],
    [{ private: ['10.0.0.0/24', '192.168.0.0/24'] }, '192.168.0.0/24', 'inside the VPC'],
    [{ public: ['10.0.0.1/24', '10.0.1.0/24'] }, '10.0.0.1/24', 'no host bits'],
    [{ public: ['10.0.0.0/29', '10.0.1.0/24'] }, '10.0.0.0/29', '/16 to /28'],
    [
      {
        multus: [
          ['10.0.4.0/27', '10.0.5.0/24'],
          ['10.0.6.0/24', '10.0.7.0/24'],
        ],
      },
      '10.0.4.0/27',
      'multus network 1 in ap-northeast-2a: a network from /16 to /26',
    ],
  ])('%j', (subnetCidrs, value, allowed) => {
    const [problem] = problemsOf({ ...lab, subnetCidrs });
    expect(problem?.input).toBe('subnet-cidrs');
    expect(problem?.value).toContain(value);
    expect(problem?.allowed).toContain(allowed);
  });

  it('are all reported at once', () => {
    const subnetCidrs = { public: ['10.0.0.1/24', '11.0.0.0/24'], private: ['x', '10.0.3.0/24'] };
    expect(problemsOf({ ...lab, subnetCidrs })).toHaveLength(3);
  });
});
