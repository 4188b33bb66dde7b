import {
  DescribeAutoScalingGroupsCommand,
  DescribeLifecycleHooksCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  DeleteSecurityGroupCommand,
  DescribeImagesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSubnetsCommand,
} from '@aws-sdk/client-ec2';
import { DescribeClusterCommand, ListAddonsCommand } from '@aws-sdk/client-eks';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sentTemplate } from '../../../testing/samples/read-template.ts';
import { eventually, REGION } from '../testing/local-aws.ts';
import { steadyPacing } from './pacing/pacing.ts';
import { inventory } from './testing/inventory.ts';
import {
  allChanges,
  changeSetFor,
  deploy,
  destroy,
  eventsOf,
  type LocalStacks,
  outputsOf,
  type StackRequest,
  startLocalStacks,
} from './testing/local-stacks.ts';

/** The whole life of the pack's two templates. Each test builds on the one before. */
const ADMIN = 'arn:aws:iam::123456789012:role/deployer';
const infra: StackRequest = {
  name: 'lab',
  type: 'CREATE',
  template: sentTemplate('infra'),
  parameters: { ClusterName: 'lab', AdminRoleArns: ADMIN },
  tags: { team: 'networks' },
};

let stacks: LocalStacks;
let before: Record<string, string[]>;
let nodeGroup: StackRequest;

beforeAll(async () => {
  stacks = await startLocalStacks({ pacing: { ...steadyPacing(30), pollMs: 50, releaseMs: 500 } });
  before = await inventory(stacks.clients);
  await prepareNodeGroup();
});

afterAll(() => stacks?.stop());

async function prepareNodeGroup(): Promise<void> {
  const { s3, ssm, ec2 } = stacks.clients;
  const CreateBucketConfiguration = { LocationConstraint: REGION } as const;
  await s3.send(new CreateBucketCommand({ Bucket: 'code', CreateBucketConfiguration }));
  const emptyZip = Buffer.from('504b0506000000000000000000000000000000000000', 'hex');
  await s3.send(new PutObjectCommand({ Bucket: 'code', Key: 'hook.zip', Body: emptyZip }));
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({}));
  const image = { Name: '/image', Value: Images[0]?.ImageId ?? '', Type: 'String' as const };
  await ssm.send(new PutParameterCommand(image));
}

test('the infrastructure is created, with outputs, tags and an event for every step', async () => {
  const stack = await deploy(stacks.cloudFormation, infra);
  expect(stack).toMatchObject({
    StackStatus: 'CREATE_COMPLETE',
    Tags: [{ Key: 'team', Value: 'networks' }],
  });
  const outputs = outputsOf(stack);
  expect(outputs).toMatchObject({ ClusterName: 'lab', ClusterEndpoint: 'https://lab.eks.test' });
  expect(outputs['MultusSubnetIds']?.split(',')).toHaveLength(4);

  const statuses = (await eventsOf(stacks.cloudFormation, 'lab'))
    .filter(({ LogicalResourceId }) => LogicalResourceId === 'Cluster')
    .map(({ ResourceStatus, ResourceStatusReason }) => [ResourceStatus, ResourceStatusReason]);
  expect(statuses).toEqual([
    ['CREATE_IN_PROGRESS', undefined],
    ['CREATE_IN_PROGRESS', 'Resource creation Initiated'],
    ['CREATE_COMPLETE', undefined],
  ]);
  const { ec2, eks } = stacks.clients;
  const Filters = [{ Name: 'tag:aws:cloudformation:logical-id', Values: ['PublicSubnet1'] }];
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ Filters }));
  expect(Subnets[0]?.Tags).toEqual(
    expect.arrayContaining([
      { Key: 'team', Value: 'networks' },
      { Key: 'Name', Value: 'lab-public-1' },
      { Key: 'aws:cloudformation:stack-id', Value: stack.StackId },
    ]),
  );
  const { cluster } = await eks.send(new DescribeClusterCommand({ name: 'lab' }));
  expect(cluster).toMatchObject({ status: 'ACTIVE', tags: { team: 'networks', Name: 'lab' } });
  const { addons = [] } = await eks.send(new ListAddonsCommand({ clusterName: 'lab' }));
  expect(addons.sort()).toEqual(['eks-pod-identity-agent', 'kube-proxy', 'vpc-cni']);

  nodeGroup = {
    name: 'lab-ng1',
    type: 'CREATE',
    template: sentTemplate('nodegroup'),
    parameters: {
      ...pick(outputs, 'ClusterName', 'ClusterEndpoint', 'ClusterCertificateAuthority', 'VpcId'),
      ...pick(outputs, 'ServiceCidr', 'ClusterSecurityGroupId', 'MultusSecurityGroupId'),
      SubnetId: item(outputs['PrivateSubnetIds'], 0),
      MultusSubnetIds: [0, 2].map((index) => item(outputs['MultusSubnetIds'], index)).join(','),
      LambdaBucket: 'code',
      LambdaKey: 'hook.zip',
      NodeImageIdSSMParam: '/image',
    },
  };
});

const item = (list: string | undefined, index: number) => list?.split(',')[index] ?? '';
const pick = (from: Readonly<Record<string, string>>, ...names: string[]) =>
  Object.fromEntries(names.map((name) => [name, from[name] ?? '']));

test('the same deployment again is no change', async () => {
  const again = await changeSetFor(stacks.cloudFormation, { ...infra, type: 'UPDATE' });
  expect(again).toMatchObject({
    Status: 'FAILED',
    ExecutionStatus: 'UNAVAILABLE',
    StatusReason: expect.stringContaining("didn't contain changes"),
  });
});

test('a change set of many resources has more than one page', async () => {
  const tagged = await changeSetFor(stacks.cloudFormation, {
    ...infra,
    type: 'UPDATE',
    tags: { team: 'others' },
  });
  expect(tagged.NextToken).toBeDefined();
  const changes = await allChanges(stacks.cloudFormation, tagged.ChangeSetId ?? '');
  expect(changes.length).toBeGreaterThan(20);
  expect(changes.every(({ ResourceChange }) => ResourceChange?.Action === 'Modify')).toBe(true);
  const vpc = changes.find(({ ResourceChange }) => ResourceChange?.LogicalResourceId === 'Vpc');
  expect(vpc?.ResourceChange).toMatchObject({ Scope: ['Tags'], Replacement: 'False' });
});

async function group() {
  const { AutoScalingGroups = [] } = await stacks.clients.autoscaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: ['lab-ng1'] }),
  );
  return AutoScalingGroups[0];
}

async function instanceIds(count: number): Promise<string[]> {
  return eventually(async () => {
    const { Instances = [] } = (await group()) ?? {};
    const ids = Instances.map(({ InstanceId }) => InstanceId ?? '').sort();
    return ids.length === count && ids;
  });
}

test('the node group is created when its instances are in service, after their hooks', async () => {
  const stack = await deploy(stacks.cloudFormation, nodeGroup);
  expect(stack).toMatchObject({ StackStatus: 'CREATE_COMPLETE' });
  expect(outputsOf(stack)).toMatchObject({ AutoScalingGroupName: 'lab-ng1' });
  expect(stack.Parameters).toEqual(
    expect.arrayContaining([
      {
        ParameterKey: 'NodeImageIdSSMParam',
        ParameterValue: '/image',
        ResolvedValue: expect.stringMatching(/^ami-/),
      },
    ]),
  );
  const states = (await group())?.Instances?.map(({ LifecycleState }) => LifecycleState);
  expect(states).toEqual(['InService', 'InService']);
  const { LifecycleHooks = [] } = await stacks.clients.autoscaling.send(
    new DescribeLifecycleHooksCommand({ AutoScalingGroupName: 'lab-ng1' }),
  );
  expect(LifecycleHooks.map(({ LifecycleHookName }) => LifecycleHookName).sort()).toEqual([
    'multus-attach-enis',
    'multus-release-enis',
  ]);
});

test('an update changes only what differs and keeps the instances', async () => {
  const kept = await instanceIds(2);
  const parameters = { ...nodeGroup.parameters, DesiredSize: '3', VolumeSize: '60' };
  const stack = await deploy(stacks.cloudFormation, { ...nodeGroup, type: 'UPDATE', parameters });
  expect(stack.StackStatus).toBe('UPDATE_COMPLETE');
  expect(await instanceIds(3)).toEqual(expect.arrayContaining(kept));
  expect((await group())?.LaunchTemplate?.Version).toBe('2');
  const touched = (await eventsOf(stacks.cloudFormation, 'lab-ng1'))
    .filter(({ ResourceStatus }) => ResourceStatus === 'UPDATE_COMPLETE')
    .map(({ LogicalResourceId }) => LogicalResourceId);
  expect(touched).toEqual(['LaunchTemplate', 'AutoScalingGroup', 'lab-ng1']);
});

test('an update that fails is rolled back', async () => {
  const parameters = { ...nodeGroup.parameters, VolumeSize: '70', LambdaKey: 'missing.zip' };
  const stack = await deploy(stacks.cloudFormation, { ...nodeGroup, type: 'UPDATE', parameters });
  expect(stack.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  const events = await eventsOf(stacks.cloudFormation, 'lab-ng1');
  const failed = events.find(({ ResourceStatus }) => ResourceStatus === 'UPDATE_FAILED');
  expect(failed).toMatchObject({
    LogicalResourceId: 'HookFunction',
    ResourceStatusReason: expect.stringContaining('NoSuchKey'),
  });
  expect(
    events
      .filter(({ LogicalResourceId }) => LogicalResourceId === 'lab-ng1')
      .map(({ ResourceStatus }) => ResourceStatus)
      .slice(-4),
  ).toEqual([
    'UPDATE_IN_PROGRESS',
    'UPDATE_ROLLBACK_IN_PROGRESS',
    'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
    'UPDATE_ROLLBACK_COMPLETE',
  ]);
  const { LaunchTemplateVersions = [] } = await stacks.clients.ec2.send(
    new DescribeLaunchTemplateVersionsCommand({
      LaunchTemplateId: (await group())?.LaunchTemplate?.LaunchTemplateId,
      Versions: ['$Latest'],
    }),
  );
  const data = LaunchTemplateVersions[0]?.LaunchTemplateData;
  expect(data?.BlockDeviceMappings?.[0]?.Ebs?.VolumeSize).toBe(60);
});

test('the infrastructure cannot be deleted while nodes use it', async () => {
  const stack = await destroy(stacks.cloudFormation, 'lab');
  expect(stack).toMatchObject({
    StackStatus: 'DELETE_FAILED',
    StackStatusReason: expect.stringContaining('The following resource(s) failed to delete: ['),
  });
});

test('it can be deleted after the nodes, and nothing is left behind', async () => {
  expect(await destroy(stacks.cloudFormation, 'lab-ng1')).toMatchObject({
    StackStatus: 'DELETE_COMPLETE',
  });
  // The nodes still used EKS's own security group when the first attempt deleted the cluster, so EKS left
  // it behind. No stack knows it, and the VPC cannot be deleted before it.
  const GroupId = nodeGroup.parameters?.['ClusterSecurityGroupId'];
  await stacks.clients.ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
  expect(await destroy(stacks.cloudFormation, 'lab')).toMatchObject({
    StackStatus: 'DELETE_COMPLETE',
  });
  await stacks.clients.s3.send(new DeleteObjectCommand({ Bucket: 'code', Key: 'hook.zip' }));
  await stacks.clients.s3.send(new DeleteBucketCommand({ Bucket: 'code' }));
  expect(await inventory(stacks.clients)).toEqual(before);
  expect(stacks.failures()).toEqual([]);
});
