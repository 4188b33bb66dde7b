import { DescribeSubnetsCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inventory } from './testing/inventory.ts';
import {
  changeSetFor,
  deploy,
  destroy,
  eventsOf,
  type LocalStacks,
  outputsOf,
  startLocalStacks,
} from './testing/local-stacks.ts';

let stacks: LocalStacks;
let before: Record<string, string[]>;
beforeAll(async () => {
  stacks = await startLocalStacks();
  before = await inventory(stacks.clients);
});
afterAll(() => stacks?.stop());

const plain = `
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.9.0.0/16}}
  First: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.9.0.0/24}}
  Second: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.9.1.0/24}}
Outputs:
  Subnets: {Value: !Join [" ", [!Ref First, !Ref Second]]}
`;

/** The same with IPv6 blocks of these numbers for the two subnets. */
const dual = (first: number, second: number, needs = 'VpcIpv6') => `
Resources:
  VpcIpv6: {Type: AWS::EC2::VPCCidrBlock, Properties: {VpcId: !Ref Vpc, AmazonProvidedIpv6CidrBlock: true}}
${[first, second]
  .map(
    (n, index) => `  Ipv6${index}:
    Type: AWS::EC2::SubnetCidrBlock
    DependsOn: ${needs}
    Properties:
      SubnetId: !Ref ${['First', 'Second'][index]}
      Ipv6CidrBlock: !Select [${n}, !Cidr [!Select [0, !GetAtt Vpc.Ipv6CidrBlocks], 256, 64]]`,
  )
  .join('\n')}
${plain.replace('\nResources:\n', '')}
  Block: {Value: !Select [0, !GetAtt Vpc.Ipv6CidrBlocks]}
  Source: {Value: !GetAtt VpcIpv6.IpSource}
  Association: {Value: !Ref Ipv60}
`;

async function blocks(): Promise<readonly (string | undefined)[]> {
  const { ec2 } = stacks.clients;
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  return Subnets.filter(({ CidrBlock = '' }) => CidrBlock.startsWith('10.9.'))
    .sort((one, other) => (one.CidrBlock ?? '').localeCompare(other.CidrBlock ?? ''))
    .map((subnet) => subnet.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock);
}

test('a stack gives its VPC and subnets IPv6 blocks, changes them and takes them back', async () => {
  const client = stacks.cloudFormation;
  await deploy(client, { name: 'dual', template: plain, type: 'CREATE' });
  expect(await blocks()).toEqual([undefined, undefined]);

  const stack = await deploy(client, { name: 'dual', template: dual(1, 2), type: 'UPDATE' });
  expect(stack.StackStatus).toBe('UPDATE_COMPLETE');
  const outputs = outputsOf(stack);
  const start = (outputs['Block'] ?? '').replace('00::/56', '');
  expect(await blocks()).toEqual([`${start}01::/64`, `${start}02::/64`]);
  expect(outputs['Source']).toBe('amazon');
  expect(outputs['Association']).toMatch(/^subnet-cidr-assoc-/);
  await expect(
    changeSetFor(client, { name: 'dual', template: dual(1, 2), type: 'UPDATE' }),
  ).resolves.toMatchObject({ Status: 'FAILED', StatusReason: expect.stringContaining('changes') });

  // A subnet has one block, so its replacement cannot come first.
  const failed = await deploy(client, { name: 'dual', template: dual(3, 2), type: 'UPDATE' });
  expect(failed.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(await blocks()).toEqual([`${start}01::/64`, `${start}02::/64`]);

  await deploy(client, { name: 'dual', template: plain, type: 'UPDATE' });
  expect(await blocks()).toEqual([undefined, undefined]);
  await deploy(client, { name: 'dual', template: dual(1, 2), type: 'UPDATE' });
  await destroy(client, 'dual');
  expect(await inventory(stacks.clients)).toEqual(before);
});

test('blocks of subnets that come before that of the VPC fail', async () => {
  const client = stacks.cloudFormation;
  const template = dual(1, 2, 'Vpc').replace(/VPCCidrBlock,/, '$& DependsOn: Ipv61,');
  const stack = await deploy(client, { name: 'early', template, type: 'CREATE' });
  expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
  const reasons = (await eventsOf(client, 'early')).map((event) => event.ResourceStatusReason);
  expect(reasons).toContainEqual(
    expect.stringContaining('Fn::Select cannot select nonexistent value at index 0'),
  );
  const { Vpcs = [] } = await stacks.clients.ec2.send(new DescribeVpcsCommand({}));
  expect(Vpcs.filter(({ IsDefault }) => !IsDefault)).toEqual([]);
});
