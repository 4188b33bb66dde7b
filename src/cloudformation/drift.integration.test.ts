import {
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateTagsCommand,
  DescribeTagsCommand,
  DescribeVpcAttributeCommand,
  ModifyVpcAttributeCommand,
} from '@aws-sdk/client-ec2';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { STRICT } from '../../dev/stand-ins/aws/cloudformation/behaviour.ts';
import type { Engine } from '../../dev/stand-ins/aws/cloudformation/engine.ts';
import {
  type LocalStacks,
  startLocalStacks,
} from '../../dev/stand-ins/aws/cloudformation/testing/local-stacks.ts';
import { scriptedPacing } from '../../dev/stand-ins/aws/cloudformation/testing/scripted-pacing.ts';
import { fastClock } from '../../dev/testing/fakes/fast-clock.ts';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import { logStack } from '../../dev/testing/fakes/stack-in-status.ts';
import { deployStack } from './deploy-stack.ts';
import { callBudget } from './polling.ts';
import { sdkStackApi } from './sdk-stack-api.ts';
import type { StackSpec } from './stack-api.ts';
import { planLines, planStack } from './stack-plan.ts';

let local: LocalStacks;
let standIn: Engine;

beforeAll(async () => {
  const pacing = scriptedPacing();
  local = await startLocalStacks({ pacing, onEngine: (made) => (standIn = made) });
});
afterEach(() => void Object.assign(standIn.behaviour, STRICT));
afterAll(() => local?.stop());

function run() {
  const clock = fastClock(10);
  const api = sdkStackApi(local.cloudFormation);
  const deadline = clock.now() + 600_000;
  return { api, clock, log: recordingLog(), deadline, budget: callBudget(clock) };
}

/** A VPC, a log group and what their ids are. */
function lab(name: string): StackSpec {
  const text = `Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties:
      CidrBlock: 10.1.0.0/16
      EnableDnsHostnames: true
  Logs:
    Type: AWS::Logs::LogGroup
    Properties:
      LogGroupName: ${name}-logs
      RetentionInDays: 7
Outputs:
  Vpc:
    Value: !Ref Vpc
`;
  return { ...logStack(name, 7), template: { file: 'cfn/test.yaml', text } };
}

/** Changes a property, adds a tag and deletes a resource, all outside CloudFormation. */
async function changeByHand(name: string, VpcId: string): Promise<void> {
  const { ec2, logs } = local.clients;
  const EnableDnsHostnames = { Value: false };
  await ec2.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames }));
  const Tags = [{ Key: 'by', Value: 'hand' }];
  await ec2.send(new CreateTagsCommand({ Resources: [VpcId], Tags }));
  await logs.send(new DeleteLogGroupCommand({ logGroupName: `${name}-logs` }));
}

async function reality(name: string, VpcId: string) {
  const { ec2, logs } = local.clients;
  const Attribute = 'enableDnsHostnames';
  const names = await ec2.send(new DescribeVpcAttributeCommand({ VpcId, Attribute }));
  const Filters = [{ Name: 'resource-id', Values: [VpcId] }];
  const { Tags = [] } = await ec2.send(new DescribeTagsCommand({ Filters }));
  const logGroupNamePrefix = `${name}-logs`;
  const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix }));
  return {
    dnsHostnames: names.EnableDnsHostnames?.Value,
    tagged: Tags.some(({ Key }) => Key === 'by'),
    retention: logGroups[0]?.retentionInDays,
  };
}

const AS_MADE = { dnsHostnames: true, tagged: false, retention: 7 };
const BY_HAND = { dnsHostnames: false, tagged: true, retention: undefined };

it('a plan shows a property, a tag and a deletion from outside; only revert-drift undoes them', async () => {
  const spec = lab('drifted');
  const { outputs } = await deployStack(run(), spec);
  const vpcId = outputs['Vpc'] ?? '';
  expect((await planStack(run(), spec)).drift).toEqual({ changes: [], unknown: undefined });
  await changeByHand('drifted', vpcId);

  const plan = await planStack(run(), spec);
  expect(plan.action).toBe('none');
  expect([...(plan.drift?.changes ?? [])].sort()).toEqual([
    'Logs (AWS::Logs::LogGroup): it was deleted',
    'Vpc (AWS::EC2::VPC): EnableDnsHostnames was true and is false',
    'Vpc (AWS::EC2::VPC): Tags by was not set and is hand',
  ]);
  expect(planLines(plan).join('\n')).toContain('Changed outside CloudFormation: Logs');

  expect(await deployStack(run(), spec)).toMatchObject({ outcome: 'unchanged' });
  expect(await reality('drifted', vpcId)).toEqual(BY_HAND);

  const revert = { ...spec, revertDrift: true };
  expect(await planStack(run(), revert)).toMatchObject({ action: 'update', losses: [] });
  expect(await deployStack(run(), revert)).toMatchObject({ outcome: 'updated' });
  expect(await reality('drifted', vpcId)).toEqual(AS_MADE);
  expect(await deployStack(run(), revert)).toMatchObject({ outcome: 'unchanged' });
  expect((await planStack(run(), spec)).drift).toEqual({ changes: [], unknown: undefined });
});

it.each([
  ['unknown', 'CloudFormation does not compare resources here'],
  ['fails', 'Access denied while reading'],
] as const)('a plan says so when drift cannot be found (%s)', async (driftAware, reason) => {
  const name = `undrifted-${driftAware}`;
  await deployStack(run(), lab(name));
  standIn.behaviour.driftAware = driftAware;
  const plan = await planStack(run(), lab(name));
  expect(plan).toMatchObject({ action: 'none', drift: { changes: [] } });
  expect(plan.drift?.unknown).toContain(reason);
  expect(planLines(plan).join('\n')).toContain('Not known what was changed outside');
});

it('a log group that somebody has made again in another way is no loss', async () => {
  const spec = lab('remade');
  await deployStack(run(), spec);
  const { logs } = local.clients;
  const logGroupName = 'remade-logs';
  await logs.send(new DeleteLogGroupCommand({ logGroupName }));
  await logs.send(new CreateLogGroupCommand({ logGroupName }));
  const { drift } = await planStack(run(), spec);
  expect(drift?.changes.join('\n')).toContain('Logs (AWS::Logs::LogGroup)');
  expect(await deployStack(run(), { ...spec, revertDrift: true })).toMatchObject({
    outcome: 'updated',
  });
});
