import { expect, it } from 'vitest';
import { EMPTY_STATE, type Instance, regionOf, subnetOf, together } from './ec2-state.ts';
import { localRoute } from './route-tables.ts';

const subnet = (id: string, zone: string) => ({
  id,
  zone,
  cidr: '10.0.0.0/24',
  vpcId: 'vpc-1',
  vpcCidr: '10.0.0.0/16',
});

it('merges the state of EC2 in several regions', () => {
  const seoul = {
    ...EMPTY_STATE,
    subnets: [subnet('subnet-1', 'ap-northeast-2a')],
    routes: new Map([['subnet-1', [localRoute('10.0.0.0/16')]]]),
  };
  const frankfurt = {
    ...EMPTY_STATE,
    subnets: [subnet('subnet-2', 'eu-central-1b')],
    routes: new Map([['subnet-2', [localRoute('10.1.0.0/16')]]]),
  };
  const both = together([seoul, frankfurt]);
  const eni = { id: 'eni-1', subnetId: 'subnet-2' } as Parameters<typeof subnetOf>[1];
  expect(subnetOf(both, eni).zone).toBe('eu-central-1b');
  expect([...both.routes.keys()]).toEqual(['subnet-1', 'subnet-2']);
});

it('derives the region of an instance from its zone', () => {
  expect(regionOf({ zone: 'eu-central-1b' } as Instance)).toBe('eu-central-1');
});
