import { expect, it } from 'vitest';
import { type Ec2State, EMPTY_STATE } from '../stand-ins/vpc/ec2-state.ts';
import { OPEN_WAYS, type WaysOut } from '../stand-ins/vpc/ways-out.ts';
import { pullPassage } from './pull-passage.ts';

const HERE = '123456789012.dkr.ecr.ap-northeast-2.amazonaws.com';
const ALL = { protocol: '-1', cidrs: ['0.0.0.0/0'], groups: [] };

function stateWith(ways: WaysOut): Ec2State {
  const vpc = { vpcId: 'v', vpcCidr: '10.0.0.0/16' };
  return {
    ...EMPTY_STATE,
    subnets: [{ id: 'subnet-1', cidr: '10.0.2.0/24', zone: 'ap-northeast-2a', ...vpc }],
    securityGroups: [{ id: 'sg-1', ingress: [ALL], egress: [ALL] }],
    waysOut: new Map([['subnet-1', ways]]),
    networkInterfaces: [
      {
        id: 'eni-1',
        mac: '',
        subnetId: 'subnet-1',
        addresses: ['10.0.2.10'],
        prefixes: [],
        securityGroups: [{ id: 'sg-1', name: '' }],
        sourceDestCheck: true,
      },
    ],
  };
}

/** Endpoints for these services, that of S3 by a route. */
function endpoints(...services: readonly string[]): WaysOut {
  return {
    internet: false,
    byRoute: services.filter((one) => one === 's3'),
    byName: services
      .filter((one) => one !== 's3')
      .map((service) => ({ service, groupIds: ['sg-1'] })),
  };
}

it.each<[registry: string, isLayer: boolean, ways: WaysOut, passage: string]>([
  ['ghcr.io', false, OPEN_WAYS, 'open'],
  ['ghcr.io', false, endpoints('ecr.api', 'ecr.dkr', 's3'), 'silent'],
  [HERE, false, OPEN_WAYS, 'open'],
  [HERE, false, endpoints('ecr.api', 'ecr.dkr'), 'open'],
  [HERE, false, endpoints('ecr.dkr', 's3'), 'no token'],
  [HERE, false, endpoints('ecr.api', 's3'), 'silent'],
  [HERE, true, endpoints('ecr.api', 'ecr.dkr', 's3'), 'open'],
  [HERE, true, endpoints('ecr.api', 'ecr.dkr'), 'silent'],
  [
    HERE.replace('northeast-2', 'northeast-1'),
    false,
    endpoints('ecr.api', 'ecr.dkr', 's3'),
    'silent',
  ],
])('%s, layer %s: %#', async (registry, isLayer, ways, passage) => {
  const decide = pullPassage(async () => stateWith(ways));
  expect(await decide({ source: '10.0.2.10', registry, isLayer })).toBe(passage);
});

it('a node that EC2 does not know gets no answer', async () => {
  const decide = pullPassage(async () => stateWith(OPEN_WAYS));
  const request = { source: '10.0.9.9', registry: 'ghcr.io', isLayer: false };
  expect(await decide(request)).toBe('silent');
});
