import {
  CreateAutoScalingGroupCommand,
  DeleteAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeScalingActivitiesCommand,
  SetDesiredCapacityCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CreateLogGroupCommand,
  DescribeLogStreamsCommand,
  GetLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateLaunchTemplateCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCidrReservationCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
} from '@aws-sdk/client-ec2';
import { PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { AddPermissionCommand, CreateFunctionCommand, InvokeCommand } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { strToU8, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leftovers, takeInventory } from '../inventory.ts';
import { eventually, REGION } from '../testing/local-aws.ts';
import { startTestAws, type TestAws } from '../testing/stand-in.ts';

const GROUP = 'eks-ng1';

/** A minimal hook function: adds an interface with a prefix at launch and does nothing at termination. */
const HANDLER = `
import * as ec2 from '@aws-sdk/client-ec2';
import * as autoscaling from '@aws-sdk/client-auto-scaling';
export async function handler(event, context) {
  const { EC2InstanceId: id, LifecycleHookName, AutoScalingGroupName, LifecycleActionToken } = event.detail;
  console.log(event['detail-type'], id, context.functionName, process.env.AWS_ACCESS_KEY_ID);
  const client = new ec2.EC2Client({});
  if (event['detail-type'].includes('launch')) {
    const created = await client.send(new ec2.CreateNetworkInterfaceCommand({
      SubnetId: process.env.SUBNET_ID, Ipv4PrefixCount: 1, ClientToken: id,
    }));
    const NetworkInterfaceId = created.NetworkInterface.NetworkInterfaceId;
    const attached = await client.send(new ec2.AttachNetworkInterfaceCommand({
      NetworkInterfaceId, InstanceId: id, DeviceIndex: 1,
    }));
    await client.send(new ec2.ModifyNetworkInterfaceAttributeCommand({
      NetworkInterfaceId,
      Attachment: { AttachmentId: attached.AttachmentId, DeleteOnTermination: true },
    }));
  }
  await new autoscaling.AutoScalingClient({}).send(new autoscaling.CompleteLifecycleActionCommand({
    LifecycleHookName, AutoScalingGroupName, LifecycleActionToken, LifecycleActionResult: 'CONTINUE',
  }));
  return { done: id };
}
`;

let test: TestAws;
let subnetId: string;
let functionArn: string;
let before: Awaited<ReturnType<typeof takeInventory>>;

beforeAll(async () => {
  test = await startTestAws();
  const { ec2 } = test.clients;
  const vpc = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  const VpcId = vpc.Vpc?.VpcId;
  const AvailabilityZone = `${REGION}a`;
  const make = async (CidrBlock: string) =>
    (await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock, AvailabilityZone }))).Subnet
      ?.SubnetId;
  subnetId = (await make('10.0.2.0/24')) ?? '';
  const multus = (await make('10.0.4.0/24')) ?? '';
  await ec2.send(
    new CreateSubnetCidrReservationCommand({
      SubnetId: multus,
      Cidr: '10.0.4.128/25',
      ReservationType: 'prefix',
    }),
  );
  functionArn = await deployFunction(multus);
  await routeEvents();
  const group = { VpcId, GroupName: 'nodes', Description: 'nodes' };
  const { GroupId = '' } = await ec2.send(new CreateSecurityGroupCommand(group));
  await ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: 'node',
      LaunchTemplateData: {
        ImageId: 'ami-0123456789abcdef0',
        InstanceType: 'm5.xlarge',
        SecurityGroupIds: [GroupId],
      },
    }),
  );
  before = await takeInventory({ endpoint: test.endpoint, region: REGION });
});

afterAll(() => test?.stop());

describe('an Auto Scaling group with both hooks', () => {
  it('launches instances, and the function attaches their interfaces before they are powered on', async () => {
    await test.clients.autoscaling.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName: GROUP,
        MinSize: 1,
        DesiredCapacity: 2,
        MaxSize: 3,
        VPCZoneIdentifier: subnetId,
        LaunchTemplate: { LaunchTemplateName: 'node', Version: '1' },
        LifecycleHookSpecificationList: [
          {
            LifecycleHookName: 'multus-attach-enis',
            LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
            HeartbeatTimeout: 300,
            DefaultResult: 'ABANDON',
          },
          {
            LifecycleHookName: 'multus-release-enis',
            LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
            HeartbeatTimeout: 300,
            DefaultResult: 'CONTINUE',
          },
        ],
        Tags: [{ Key: 'cluster', Value: 'eks', PropagateAtLaunch: true }],
      }),
    );
    await eventually(async () => (await states()).every((each) => each === 'InService'));
    expect(eventTypes().toSorted()).toEqual([
      ...Array(2).fill('EC2 Instance Launch Successful'),
      ...Array(2).fill('EC2 Instance-launch Lifecycle Action'),
    ]);
    expect(test.poweredOn).toHaveLength(2);
    const instances = await describeInstances();
    expect(instances.map((each) => each.Tags?.find((tag) => tag.Key === 'cluster')?.Value)).toEqual(
      ['eks', 'eks'],
    );
    for (const instance of instances) {
      const attached = await interfacesOf(instance.InstanceId ?? '');
      expect(attached.map((each) => each.Attachment?.DeviceIndex).toSorted()).toEqual([0, 1]);
      const second = attached.find((each) => each.Attachment?.DeviceIndex === 1);
      expect(second?.Ipv4Prefixes).toHaveLength(1);
    }
    expect(await activityStatuses()).toEqual(['Successful', 'Successful']);
  });

  it('ran the function with the credentials of its role and kept its log', async () => {
    // The log is written when the function ends, which may be after the instance is in service.
    const line = await eventually(async () =>
      (await functionLog()).find((each) => each.startsWith('EC2 Instance-launch')),
    );
    expect(line).toMatch(/i-[0-9a-f]+ hook ASIA/);
  });

  it('waits for the hook when it scales in, and the interface goes with the instance', async () => {
    const set = { AutoScalingGroupName: GROUP, DesiredCapacity: 1 };
    await test.clients.autoscaling.send(new SetDesiredCapacityCommand(set));
    await eventually(async () => (await describeInstances()).length === 1);
    expect(eventTypes()).toContain('EC2 Instance-terminate Lifecycle Action');
    await eventually(async () => eventTypes().includes('EC2 Instance Terminate Successful'));
  });

  it('is deleted and leaves nothing behind', async () => {
    const name = { AutoScalingGroupName: GROUP };
    await expect(
      test.clients.autoscaling.send(new DeleteAutoScalingGroupCommand(name)),
    ).rejects.toMatchObject({ name: 'ResourceInUseFault' });
    await test.clients.autoscaling.send(
      new DeleteAutoScalingGroupCommand({ ...name, ForceDelete: true }),
    );
    await eventually(async () => (await describeGroup()) === undefined);
    const after = await takeInventory({ endpoint: test.endpoint, region: REGION });
    expect(leftovers(before, after)).toEqual({});
  });
});

it('answers the Invoke API with the error of a handler that fails', async () => {
  const { lambda } = test.clients;
  const Payload = Buffer.from(JSON.stringify({ detail: {}, 'detail-type': 'none' }));
  const answer = await lambda.send(new InvokeCommand({ FunctionName: functionArn, Payload }));
  expect(answer.FunctionError).toBe('Unhandled');
  expect(JSON.parse(Buffer.from(answer.Payload ?? []).toString())).toHaveProperty('errorMessage');
});

it('served every call', () => {
  expect(test.aws.gateway.failures()).toEqual([]);
  expect(test.aws.problems()).toEqual([]);
});

async function deployFunction(multusSubnet: string): Promise<string> {
  const { iam, lambda, logs, s3 } = test.clients;
  const Bucket = 'staging';
  const CreateBucketConfiguration = { LocationConstraint: REGION } as const;
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
  const Body = zipSync({ 'index.mjs': strToU8(HANDLER) });
  await s3.send(new PutObjectCommand({ Bucket, Key: 'hook.zip', Body }));
  const Statement = [
    { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ];
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  const role = await iam.send(
    new CreateRoleCommand({ RoleName: 'hook', AssumeRolePolicyDocument }),
  );
  const Action = ['ec2:*', 'autoscaling:CompleteLifecycleAction'];
  const Allowed = [{ Effect: 'Allow', Action, Resource: '*' }];
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: Allowed });
  await iam.send(
    new PutRolePolicyCommand({ RoleName: 'hook', PolicyName: 'attach', PolicyDocument }),
  );
  await logs.send(new CreateLogGroupCommand({ logGroupName: '/aws/lambda/hook' }));
  const made = await lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'hook',
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Timeout: 300,
      Role: role.Role?.Arn,
      Code: { S3Bucket: Bucket, S3Key: 'hook.zip' },
      Environment: { Variables: { SUBNET_ID: multusSubnet } },
    }),
  );
  return made.FunctionArn ?? '';
}

async function routeEvents(): Promise<void> {
  const { events, lambda } = test.clients;
  const EventPattern = JSON.stringify({
    source: ['aws.autoscaling'],
    'detail-type': [
      'EC2 Instance-launch Lifecycle Action',
      'EC2 Instance-terminate Lifecycle Action',
    ],
    detail: { AutoScalingGroupName: [GROUP] },
  });
  const rule = await events.send(new PutRuleCommand({ Name: 'hooks', EventPattern }));
  const Targets = [{ Id: 'hook', Arn: functionArn }];
  await events.send(new PutTargetsCommand({ Rule: 'hooks', Targets }));
  await lambda.send(
    new AddPermissionCommand({
      FunctionName: 'hook',
      StatementId: 'events',
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
      SourceArn: rule.RuleArn,
    }),
  );
}

/** The detail types of the group's events so far, in order. */
const eventTypes = () => test.aws.bus.sent().map((event) => Reflect.get(event, 'detail-type'));

async function functionLog(): Promise<readonly string[]> {
  const logGroupName = '/aws/lambda/hook';
  const { logStreams } = await test.clients.logs.send(
    new DescribeLogStreamsCommand({ logGroupName }),
  );
  const logStreamName = logStreams?.[0]?.logStreamName;
  if (logStreamName === undefined) return [];
  const read = new GetLogEventsCommand({ logGroupName, logStreamName });
  const { events = [] } = await test.clients.logs.send(read);
  return events.map(({ message = '' }) => message);
}

async function describeGroup() {
  const found = await test.clients.autoscaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [GROUP] }),
  );
  return found.AutoScalingGroups?.[0];
}

async function states(): Promise<readonly string[]> {
  return eventually(async () => {
    const instances = (await describeGroup())?.Instances ?? [];
    return instances.length === 2 && instances.map((each) => each.LifecycleState ?? '');
  });
}

async function activityStatuses() {
  const found = await test.clients.autoscaling.send(
    new DescribeScalingActivitiesCommand({ AutoScalingGroupName: GROUP }),
  );
  return found.Activities?.map((each) => each.StatusCode);
}

async function describeInstances() {
  const Filters = [
    { Name: 'tag:aws:autoscaling:groupName', Values: [GROUP] },
    { Name: 'instance-state-name', Values: ['running'] },
  ];
  const found = await test.clients.ec2.send(new DescribeInstancesCommand({ Filters }));
  return (found.Reservations ?? []).flatMap((each) => each.Instances ?? []);
}

async function interfacesOf(instanceId: string) {
  const Filters = [{ Name: 'attachment.instance-id', Values: [instanceId] }];
  const found = await test.clients.ec2.send(new DescribeNetworkInterfacesCommand({ Filters }));
  return found.NetworkInterfaces ?? [];
}
