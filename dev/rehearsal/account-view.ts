import {
  type AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
} from '@aws-sdk/client-auto-scaling';
import { type CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { EC2Client } from '@aws-sdk/client-ec2';
import type { ScalingGroup } from './deploy-facts.ts';

export const ACCOUNT = '123456789012';
/** The account's first region. Others start when a call names them. */
export const REGION = 'ap-northeast-2';
export const GATEWAY_PORT = 4566;
export const GATEWAY = `http://127.0.0.1:${GATEWAY_PORT}`;

/** How the rehearsal itself calls AWS. Its access key marks these calls in the request log. */
export function clientConfig() {
  const credentials = { accessKeyId: 'AKIAREHEARSALITSELF0', secretAccessKey: 'rehearsal' };
  return { endpoint: GATEWAY, region: REGION, credentials };
}

/** One EC2 client for each region. */
export function ec2Clients(client: ReturnType<typeof clientConfig>): (region: string) => EC2Client {
  const known = new Map<string, EC2Client>();
  return (region) => {
    const ec2 = known.get(region) ?? new EC2Client({ ...client, region });
    known.set(region, ec2);
    return ec2;
  };
}

export async function scalingGroups(
  autoScaling: AutoScalingClient,
): Promise<readonly ScalingGroup[]> {
  const { AutoScalingGroups = [] } = await autoScaling.send(
    new DescribeAutoScalingGroupsCommand({}),
  );
  return AutoScalingGroups.map(({ MaxSize = 0, Instances = [], Tags = [] }) => ({
    stack: Tags.find(({ Key }) => Key === 'aws:cloudformation:stack-name')?.Value,
    maxSize: MaxSize,
    instances: Instances.map(({ InstanceId = '' }) => InstanceId).sort(),
  }));
}

export async function existingStacks(cloudFormation: CloudFormationClient) {
  const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({}));
  return Stacks.map(({ StackName = '', StackStatus = '' }) => ({
    name: StackName,
    status: StackStatus,
  }));
}
