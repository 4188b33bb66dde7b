import { describe, expect, it } from 'vitest';
import type { VpcConnections } from '../facts.ts';
import { labSetUp, workingStack } from '../testing/good-account.ts';
import { checkRoutes, newVpcFindings } from './check-routes.ts';
import { sentence } from './finding.ts';

const PEERING = 'pcx-01234567';
const GATEWAY = 'tgw-01234567';
const CONNECTIONS: VpcConnections = {
  peerings: [
    { id: PEERING, status: 'active', otherRanges: ['10.20.0.0/16', '10.21.0.0/16'] },
    { id: 'pcx-89abcdef', status: 'pending-acceptance', otherRanges: [] },
  ],
  transitGateways: [GATEWAY],
};
const infra = workingStack('eks-multus-cluster', { outputs: { VpcId: 'vpc-1' } });
const to = (destination: string, target: string) => ({
  'multus-routes': JSON.stringify([{ destination, target }]),
});

function said(destination: string, target: string, connections = CONNECTIONS) {
  const setUp = labSetUp(to(destination, target), [infra]);
  expect(newVpcFindings(setUp)).toEqual([]);
  const findings = checkRoutes.find(setUp, { connections: { value: connections } });
  return findings.map((one) => `${one.level}: ${sentence(one)}`);
}

describe('a route beyond the VPC', () => {
  it.each([
    ['10.20.0.0/16', PEERING],
    ['10.16.0.0/12', PEERING],
    ['0.0.0.0/0', GATEWAY],
    ['10.9.0.0/16', 'vgw-01234567'],
  ])('to %s by %s is well', (destination, target) => {
    expect(said(destination, target)).toEqual([]);
  });

  it.each([
    [
      '10.20.0.0/16',
      'pcx-11111111',
      /problem: .* no VPC peering connection of vpc-1, which has pcx-/,
    ],
    ['10.20.0.0/16', 'pcx-89abcdef', /problem: .* is pending-acceptance\. Fix: let the owner/],
    ['10.0.0.0/8', 'tgw-11111111', /problem: .* vpc-1 is not attached to tgw-11111111/],
    ['10.99.0.0/16', PEERING, /notice: .* which has 10\.20\.0\.0\/16, 10\.21\.0\.0\/16/],
  ])('to %s by %s is found', (destination, target, text) => {
    expect(said(destination, target)).toEqual([expect.stringMatching(text)]);
  });

  it('cannot come with the first deploy of a VPC', () => {
    const findings = newVpcFindings(labSetUp(to('10.20.0.0/16', PEERING)));
    expect(findings.map(sentence)).toEqual([
      expect.stringMatching(
        /pcx-01234567 cannot lead out of it yet\. Fix: deploy without multus-routes/,
      ),
    ]);
  });
});
