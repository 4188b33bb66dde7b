import {
  DescribeInstancesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeSubnetsCommand,
  type EC2Client,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { type Group, invalid, type LaunchTemplate, type Subnet } from './state.ts';

/** The calls that a group makes to EC2. */
export interface Fleet {
  launch(group: Group, subnet: Subnet): Promise<{ instanceId: string; instanceType: string }>;
  terminate(instanceIds: readonly string[]): Promise<void>;
  /** The ids among these of instances that EC2 no longer runs. */
  gone(instanceIds: readonly string[]): Promise<readonly string[]>;
  /** Finds a launch template by id or name; throws `ValidationError` when there is none. */
  template(by: TemplateReference): Promise<LaunchTemplate>;
  /** Subnets with their zones, in the order given. */
  subnets(ids: readonly string[]): Promise<readonly Subnet[]>;
}

export interface TemplateReference {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly version: string;
}

/** A fleet that calls an EC2 endpoint. */
export function ec2Fleet(ec2: EC2Client): Fleet {
  return {
    launch: (group, subnet) => launch(ec2, group, subnet),
    async terminate(instanceIds) {
      if (instanceIds.length === 0) return;
      await ec2.send(new TerminateInstancesCommand({ InstanceIds: [...instanceIds] }));
    },
    async gone(instanceIds) {
      const found = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [...instanceIds] }));
      const instances = (found.Reservations ?? []).flatMap((each) => each.Instances ?? []);
      const ended = instances.filter((each) =>
        ['shutting-down', 'terminated', 'stopped'].includes(each.State?.Name ?? ''),
      );
      return ended.flatMap((each) => each.InstanceId ?? []);
    },
    template: (by) => findTemplate(ec2, by),
    subnets: (ids) => findSubnets(ec2, ids),
  };
}

async function launch(ec2: EC2Client, group: Group, subnet: Subnet) {
  const { id, version } = group.settings.launchTemplate;
  const tags = group.tags
    .filter((tag) => tag.propagateAtLaunch)
    .map((tag) => ({ Key: tag.key, Value: tag.value }));
  const owner = { Key: 'aws:autoscaling:groupName', Value: group.name };
  const run = await ec2.send(
    new RunInstancesCommand({
      MinCount: 1,
      MaxCount: 1,
      SubnetId: subnet.id,
      LaunchTemplate: { LaunchTemplateId: id, Version: version },
      TagSpecifications: [{ ResourceType: 'instance', Tags: [...tags, owner] }],
    }),
  );
  const instance = run.Instances?.[0];
  if (instance?.InstanceId === undefined) throw new Error('EC2 returned no instance');
  return { instanceId: instance.InstanceId, instanceType: instance.InstanceType ?? '' };
}

async function findTemplate(ec2: EC2Client, by: TemplateReference): Promise<LaunchTemplate> {
  const which =
    by.id === undefined
      ? { LaunchTemplateNames: by.name === undefined ? [] : [by.name] }
      : { LaunchTemplateIds: [by.id] };
  const found = await ec2.send(new DescribeLaunchTemplatesCommand(which)).catch((error: Error) => {
    throw invalid(`You must use a valid fully-formed launch template. ${error.message}`);
  });
  const template = found.LaunchTemplates?.[0];
  if (template?.LaunchTemplateId === undefined || (by.id ?? by.name) === undefined) {
    throw invalid('Valid requests must contain a LaunchTemplate');
  }
  const { LaunchTemplateId: id, LaunchTemplateName: name = '' } = template;
  return { id, name, version: by.version };
}

async function findSubnets(ec2: EC2Client, ids: readonly string[]): Promise<readonly Subnet[]> {
  if (ids.length === 0) throw invalid('At least one Availability Zone or VPC Subnet is required.');
  const found = await ec2
    .send(new DescribeSubnetsCommand({ SubnetIds: [...ids] }))
    .catch((error: Error) => {
      throw invalid(`The subnet ID '${ids.join(',')}' does not exist: ${error.message}`);
    });
  const zones = new Map(found.Subnets?.map((each) => [each.SubnetId, each.AvailabilityZone]));
  return ids.map((id) => ({ id, zone: zones.get(id) ?? '' }));
}
