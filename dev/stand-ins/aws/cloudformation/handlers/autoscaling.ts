import {
  CreateAutoScalingGroupCommand,
  CreateOrUpdateTagsCommand,
  DeleteAutoScalingGroupCommand,
  DeleteLifecycleHookCommand,
  DeleteTagsCommand,
  DescribeAutoScalingGroupsCommand,
  type AutoScalingGroup as FoundGroup,
  type LaunchTemplateSpecification,
  type LifecycleHookSpecification,
  PutLifecycleHookCommand,
  type Tag,
  UpdateAutoScalingGroupCommand,
  type UpdateAutoScalingGroupCommandInput,
} from '@aws-sdk/client-auto-scaling';
import { isObject } from '../language/value.ts';
import { handler, type ResourceContext } from './handler.ts';

interface PropagatedTag {
  readonly Key: string;
  readonly Value: string;
  readonly PropagateAtLaunch: boolean;
}

interface Group {
  readonly AutoScalingGroupName?: string;
  readonly MinSize: string;
  readonly MaxSize: string;
  readonly DesiredCapacity?: string;
  readonly LaunchTemplate?: LaunchTemplateSpecification;
  readonly VPCZoneIdentifier?: readonly string[];
  readonly HealthCheckType?: string;
  readonly HealthCheckGracePeriod?: number;
  readonly NewInstancesProtectedFromScaleIn?: boolean;
  readonly LifecycleHookSpecificationList?: readonly LifecycleHookSpecification[];
  readonly Tags?: readonly PropagatedTag[];
}

const group = handler<Group>({
  properties: [
    'AutoScalingGroupName',
    'MinSize',
    'MaxSize',
    'DesiredCapacity',
    'LaunchTemplate',
    'VPCZoneIdentifier',
    'HealthCheckType',
    'HealthCheckGracePeriod',
    'NewInstancesProtectedFromScaleIn',
    'LifecycleHookSpecificationList',
    'Tags',
  ],
  async create(properties, context) {
    const name = properties.AutoScalingGroupName ?? context.name(255);
    const hooks = properties.LifecycleHookSpecificationList;
    await context.clients.autoscaling.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName: name,
        ...settings(properties),
        ...(hooks === undefined ? {} : { LifecycleHookSpecificationList: [...hooks] }),
        Tags: propagatedTags(name, properties, context),
      }),
    );
    context.initiated(name);
    const found = await context.until(`AutoScalingGroup ${name}`, () => stable(name, context));
    return { id: name, attributes: { AutoScalingGroupARN: found.AutoScalingGroupARN ?? '' } };
  },
  async update({ id, properties: before, attributes }, after, context) {
    const input: UpdateAutoScalingGroupCommandInput = {
      AutoScalingGroupName: id,
      ...settings(after),
    };
    for (const name of unmodifiedSizes(before, after, context)) delete input[name];
    await context.clients.autoscaling.send(new UpdateAutoScalingGroupCommand(input));
    await setHooks(id, before, after, context);
    await retag(id, after, context);
    await context.until(`AutoScalingGroup ${id}`, () => stable(id, context));
    return attributes;
  },
  /**
   * Like CloudFormation: scales the group to zero, waits until the instances are gone, then deletes the
   * group.
   */
  async delete({ id }, context) {
    const { autoscaling } = context.clients;
    if ((await describe(id, context)) === undefined) return;
    const zero = { MinSize: 0, MaxSize: 0, DesiredCapacity: 0 };
    await autoscaling.send(
      new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: id, ...zero }),
    );
    await context.until(`Instances of ${id}`, async () => {
      const found = await describe(id, context);
      return (found?.Instances ?? []).length === 0 ? true : undefined;
    });
    await autoscaling.send(new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: id }));
    await context.until(`AutoScalingGroup ${id}`, async () =>
      (await describe(id, context)) === undefined ? true : undefined,
    );
  },
});

/** The input that create and update share. Sizes are texts in templates and numbers in the API. */
function settings(properties: Group) {
  const { DesiredCapacity, VPCZoneIdentifier } = properties;
  return {
    MinSize: Number(properties.MinSize),
    MaxSize: Number(properties.MaxSize),
    ...(DesiredCapacity === undefined ? {} : { DesiredCapacity: Number(DesiredCapacity) }),
    LaunchTemplate: properties.LaunchTemplate,
    VPCZoneIdentifier: VPCZoneIdentifier?.join(','),
    HealthCheckType: properties.HealthCheckType,
    HealthCheckGracePeriod: properties.HealthCheckGracePeriod,
    NewInstancesProtectedFromScaleIn: properties.NewInstancesProtectedFromScaleIn,
  };
}

const SIZES = ['MinSize', 'MaxSize', 'DesiredCapacity'] as const;

/**
 * The sizes that an update leaves as they are in the group. Without the policy, it sets every size that the template has:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html
 */
function unmodifiedSizes(before: Group, after: Group, { updatePolicy }: ResourceContext) {
  const { AutoScalingScheduledAction: policy } = updatePolicy;
  const ignores = isObject(policy) && String(policy['IgnoreUnmodifiedGroupSizeProperties']);
  return ignores === 'true' ? SIZES.filter((size) => before[size] === after[size]) : [];
}

async function describe(
  name: string,
  { clients }: ResourceContext,
): Promise<FoundGroup | undefined> {
  const found = await clients.autoscaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
  );
  return found.AutoScalingGroups?.[0];
}

/**
 * Waits until the desired number of instances is in service. CloudFormation calls the group stable then.
 */
async function stable(name: string, context: ResourceContext): Promise<FoundGroup | undefined> {
  const group = await describe(name, context);
  const serving = group?.Instances?.filter(({ LifecycleState }) => LifecycleState === 'InService');
  return (serving?.length ?? 0) >= (group?.DesiredCapacity ?? 0) ? group : undefined;
}

async function setHooks(
  AutoScalingGroupName: string,
  before: Group,
  after: Group,
  { clients: { autoscaling } }: ResourceContext,
): Promise<void> {
  const wanted = after.LifecycleHookSpecificationList ?? [];
  for (const hook of wanted) {
    await autoscaling.send(new PutLifecycleHookCommand({ AutoScalingGroupName, ...hook }));
  }
  const names = new Set(wanted.map(({ LifecycleHookName }) => LifecycleHookName));
  for (const { LifecycleHookName } of before.LifecycleHookSpecificationList ?? []) {
    if (names.has(LifecycleHookName)) continue;
    const input = { AutoScalingGroupName, LifecycleHookName };
    await autoscaling.send(new DeleteLifecycleHookCommand(input));
  }
}

/**
 * The group's own tags as declared, and the stack's tags, which CloudFormation always propagates to
 * instances.
 */
function propagatedTags(name: string, { Tags = [] }: Group, { tags }: ResourceContext): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({
    Key,
    Value,
    PropagateAtLaunch: Tags.find((tag) => tag.Key === Key)?.PropagateAtLaunch ?? true,
    ResourceId: name,
    ResourceType: 'auto-scaling-group',
  }));
}

async function retag(name: string, after: Group, context: ResourceContext): Promise<void> {
  const wanted = propagatedTags(name, after, context);
  const { autoscaling } = context.clients;
  if (wanted.length > 0) await autoscaling.send(new CreateOrUpdateTagsCommand({ Tags: wanted }));
  const found = await describe(name, context);
  const gone = (found?.Tags ?? [])
    .filter(({ Key }) => context.tags[Key ?? ''] === undefined)
    .map(({ Key, Value }) => ({
      Key,
      Value,
      ResourceId: name,
      ResourceType: 'auto-scaling-group',
    }));
  if (gone.length > 0) await autoscaling.send(new DeleteTagsCommand({ Tags: gone }));
}

export const autoScalingHandlers = { 'AWS::AutoScaling::AutoScalingGroup': group };
