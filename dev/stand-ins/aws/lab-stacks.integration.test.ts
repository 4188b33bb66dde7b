import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import {
  type Capability,
  type CloudFormationClient,
  CreateChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation';
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sentTemplate } from '../../testing/samples/read-template.ts';
import { CHECKOUT } from '../../tools/checkout.ts';
import { steadyPacing } from './cloudformation/pacing/pacing.ts';
import { leftovers, takeInventory } from './inventory.ts';
import { eventually, REGION } from './testing/local-aws.ts';
import { startTestAws, type TestAws } from './testing/stand-in.ts';

/** The pack's two real templates and its real hook function, from creation to deletion. */

const CFN = join(CHECKOUT, 'cfn');
const CLUSTER = 'eks-multus-cluster';
const NODES = `${CLUSTER}-ng1`;
type Values = Readonly<Record<string, string>>;

let test: TestAws;
let stacks: CloudFormationClient;
let before: Awaited<ReturnType<typeof takeInventory>>;
let infra: Values;

beforeAll(async () => {
  test = await startTestAws({ pacing: steadyPacing(20) });
  stacks = test.clients.cloudFormation;
  const Bucket = 'staging';
  const CreateBucketConfiguration = { LocationConstraint: REGION } as const;
  await test.clients.s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
  const bundle = await readFile(join(CFN, 'attach-enis', 'dist', 'index.mjs'));
  const Body = zipSync({ 'index.mjs': bundle });
  await test.clients.s3.send(new PutObjectCommand({ Bucket, Key: 'hook.zip', Body }));
  before = await takeInventory({ endpoint: test.endpoint, region: REGION });
});

afterAll(() => test?.stop());

it('creates the infrastructure', async () => {
  infra = await deploy(CLUSTER, 'infra', {});
  expect(infra).toMatchObject({ ClusterEndpoint: `https://${CLUSTER}`, VpcCidr: '10.0.0.0/16' });
});

it('creates a node group whose instances have one interface with a prefix per network', async () => {
  const multus = (infra['MultusSubnetIds'] ?? '').split(',');
  const outputs = await deploy(NODES, 'nodegroup', {
    ...pick(infra, 'ClusterName', 'ClusterEndpoint', 'ClusterCertificateAuthority', 'ServiceCidr'),
    ...pick(infra, 'ClusterSecurityGroupId', 'VpcId', 'MultusSecurityGroupId'),
    SubnetId: (infra['PrivateSubnetIds'] ?? '').split(',')[0] ?? '',
    MultusSubnetIds: [multus[0], multus[2]].join(','),
    LambdaBucket: 'staging',
    LambdaKey: 'hook.zip',
    NodeAccess: 'access-entry',
  });
  await eventually(async () => (await groupStates()).every((state) => state === 'InService'));
  expect(test.poweredOn).toHaveLength(2);
  for (const instance of await describeInstances()) {
    const others = instance.NetworkInterfaces?.filter((each) => each.Attachment?.DeviceIndex !== 0);
    expect(others?.map((each) => each.SubnetId).toSorted()).toEqual(
      [multus[0], multus[2]].toSorted(),
    );
    for (const each of others ?? []) {
      expect(each.Ipv4Prefixes).toHaveLength(1);
      expect(each.SourceDestCheck).toBe(true);
      expect(each.Attachment?.DeleteOnTermination).toBe(true);
    }
    expect(instance.MetadataOptions?.HttpTokens).toBe('required');
  }
  const nodes = test.admitted[0]?.filter(({ type }) => type === 'EC2_LINUX');
  expect(nodes?.map(({ principalArn }) => principalArn).toSorted()).toEqual(
    [infra['NodeRoleArn'], outputs['NodeInstanceRoleArn']].toSorted(),
  );
});

it('deletes both stacks and leaves nothing behind', async () => {
  await remove(NODES);
  await remove(CLUSTER);
  const after = await takeInventory({ endpoint: test.endpoint, region: REGION });
  expect(leftovers(before, after)).toEqual({});
  expect(test.aws.gateway.failures()).toEqual([]);
  expect(test.aws.problems()).toEqual([]);
});

async function deploy(StackName: string, file: string, parameters: Values): Promise<Values> {
  const TemplateBody = sentTemplate(file);
  const Parameters = Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
    ParameterKey,
    ParameterValue,
  }));
  const Capabilities: Capability[] = ['CAPABILITY_NAMED_IAM', 'CAPABILITY_IAM'];
  const set = { StackName, ChangeSetName: 'create' };
  await stacks.send(
    new CreateChangeSetCommand({
      ...set,
      ChangeSetType: 'CREATE',
      TemplateBody,
      Parameters,
      Capabilities,
    }),
  );
  await eventually(async () => {
    const { Status, StatusReason } = await stacks.send(new DescribeChangeSetCommand(set));
    if (Status === 'FAILED') throw new Error(StatusReason);
    return Status === 'CREATE_COMPLETE';
  });
  await stacks.send(new ExecuteChangeSetCommand(set));
  const stack = await eventually(async () => {
    const found = await describe(StackName);
    return !found?.StackStatus?.endsWith('IN_PROGRESS') && found;
  }, 90_000);
  if (stack.StackStatus !== 'CREATE_COMPLETE') throw new Error(await failures(StackName));
  return Object.fromEntries(
    (stack.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
  );
}

async function remove(StackName: string): Promise<void> {
  const id = (await describe(StackName))?.StackId;
  await stacks.send(new DeleteStackCommand({ StackName }));
  await eventually(async () => {
    const status = (await describe(id ?? ''))?.StackStatus;
    if (status === 'DELETE_FAILED') throw new Error(await failures(StackName));
    return status === 'DELETE_COMPLETE';
  }, 90_000);
}

async function describe(StackName: string) {
  return (await stacks.send(new DescribeStacksCommand({ StackName }))).Stacks?.[0];
}

async function failures(StackName: string): Promise<string> {
  const { StackEvents } = await stacks.send(new DescribeStackEventsCommand({ StackName }));
  const failed = StackEvents?.filter((event) => event.ResourceStatus?.endsWith('FAILED'));
  return (failed ?? [])
    .map((event) => `${event.LogicalResourceId}: ${event.ResourceStatusReason}`)
    .join('\n');
}

async function groupStates(): Promise<readonly string[]> {
  const found = await test.clients.autoscaling.send(new DescribeAutoScalingGroupsCommand({}));
  const instances = found.AutoScalingGroups?.[0]?.Instances ?? [];
  return instances.length === 2 ? instances.map((each) => each.LifecycleState ?? '') : ['none'];
}

async function describeInstances() {
  const Filters = [{ Name: 'tag:aws:autoscaling:groupName', Values: [NODES] }];
  const found = await test.clients.ec2.send(new DescribeInstancesCommand({ Filters }));
  return (found.Reservations ?? []).flatMap((each) => each.Instances ?? []);
}

function pick(values: Values, ...names: readonly string[]): Values {
  return Object.fromEntries(names.map((name) => [name, values[name] ?? '']));
}
