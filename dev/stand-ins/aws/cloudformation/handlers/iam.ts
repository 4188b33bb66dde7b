import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  DeleteInstanceProfileCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam';
import { ignoreMissing } from './failure.ts';
import { handler, type ResourceContext, type Tags } from './handler.ts';
import { type TagPair, tagChanges, tagPairs } from './tags.ts';

interface InlinePolicy {
  readonly PolicyName: string;
  readonly PolicyDocument: unknown;
}

interface Role {
  readonly AssumeRolePolicyDocument: unknown;
  readonly RoleName?: string;
  readonly Path?: string;
  readonly Description?: string;
  readonly MaxSessionDuration?: number;
  readonly PermissionsBoundary?: string;
  readonly ManagedPolicyArns?: readonly string[];
  readonly Policies?: readonly InlinePolicy[];
  readonly Tags?: readonly TagPair[];
}

const role = handler<Role>({
  properties: [
    'AssumeRolePolicyDocument',
    'RoleName',
    'Path',
    'Description',
    'MaxSessionDuration',
    'PermissionsBoundary',
    'ManagedPolicyArns',
    'Policies',
    'Tags',
  ],
  async create(properties, context) {
    const { Role: made } = await context.clients.iam.send(
      new CreateRoleCommand({
        RoleName: properties.RoleName ?? context.name(64),
        AssumeRolePolicyDocument: text(properties.AssumeRolePolicyDocument),
        Path: properties.Path,
        Description: properties.Description,
        MaxSessionDuration: properties.MaxSessionDuration,
        PermissionsBoundary: properties.PermissionsBoundary,
        Tags: tagPairs(context.tags),
      }),
    );
    const id = made?.RoleName ?? '';
    const attributes = { Arn: made?.Arn ?? '', RoleId: made?.RoleId ?? '' };
    context.initiated(id, attributes);
    await setPolicies(id, {}, properties, context);
    return { id, attributes };
  },
  async update({ id, properties: before, tags, attributes }, after, context) {
    const { iam } = context.clients;
    const { Description = '', MaxSessionDuration = 3600 } = after;
    await iam.send(new UpdateRoleCommand({ RoleName: id, Description, MaxSessionDuration }));
    await setBoundary(id, before, after, iam);
    const PolicyDocument = text(after.AssumeRolePolicyDocument);
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: id, PolicyDocument }));
    await setPolicies(id, before, after, context);
    await retagRole(id, tags, context);
    return attributes;
  },
  async delete({ id, properties }, context) {
    await setPolicies(id, properties, {}, context);
    await context.clients.iam.send(new DeleteRoleCommand({ RoleName: id }));
  },
});

async function setBoundary(
  RoleName: string,
  { PermissionsBoundary: before }: Role,
  { PermissionsBoundary: after }: Role,
  iam: ResourceContext['clients']['iam'],
): Promise<void> {
  if (before === after) return;
  if (after === undefined) {
    await iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName }));
  } else {
    await iam.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: after }));
  }
}

/** Attaches, puts, detaches and deletes policies until the role has those of `after`. */
async function setPolicies(
  RoleName: string,
  before: Partial<Role>,
  after: Partial<Role>,
  { clients: { iam } }: ResourceContext,
): Promise<void> {
  const wanted = new Set(after.ManagedPolicyArns ?? []);
  for (const PolicyArn of wanted) {
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
  }
  for (const PolicyArn of (before.ManagedPolicyArns ?? []).filter((arn) => !wanted.has(arn))) {
    await ignoreMissing(iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn })));
  }
  for (const policy of after.Policies ?? []) await putPolicy(RoleName, policy, iam);
  const kept = new Set((after.Policies ?? []).map(({ PolicyName }) => PolicyName));
  for (const { PolicyName } of (before.Policies ?? []).filter((one) => !kept.has(one.PolicyName))) {
    await ignoreMissing(iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })));
  }
}

async function putPolicy(
  RoleName: string,
  { PolicyName, PolicyDocument }: InlinePolicy,
  iam: ResourceContext['clients']['iam'],
): Promise<void> {
  const input = { RoleName, PolicyName, PolicyDocument: text(PolicyDocument) };
  await iam.send(new PutRolePolicyCommand(input));
}

async function retagRole(RoleName: string, before: Tags, context: ResourceContext): Promise<void> {
  const { set, removed } = tagChanges(before, context.tags);
  const { iam } = context.clients;
  if (Object.keys(set).length > 0) {
    await iam.send(new TagRoleCommand({ RoleName, Tags: tagPairs(set) }));
  }
  if (removed.length > 0) {
    await iam.send(new UntagRoleCommand({ RoleName, TagKeys: [...removed] }));
  }
}

interface InstanceProfile {
  readonly InstanceProfileName?: string;
  readonly Path?: string;
  readonly Roles: readonly string[];
}

const instanceProfile = handler<InstanceProfile>({
  properties: ['InstanceProfileName', 'Path', 'Roles'],
  async create({ InstanceProfileName = undefined, Path, Roles }, context) {
    const name = InstanceProfileName ?? context.name(128);
    const { InstanceProfile: made } = await context.clients.iam.send(
      new CreateInstanceProfileCommand({ InstanceProfileName: name, Path }),
    );
    const attributes = { Arn: made?.Arn ?? '' };
    context.initiated(name, attributes);
    await setRoles(name, [], Roles, context);
    return { id: name, attributes };
  },
  async update({ id, properties: before, attributes }, after, context) {
    await setRoles(id, before.Roles, after.Roles, context);
    return attributes;
  },
  async delete({ id, properties }, context) {
    await setRoles(id, properties.Roles, [], context);
    const profile = { InstanceProfileName: id };
    await context.clients.iam.send(new DeleteInstanceProfileCommand(profile));
  },
});

async function setRoles(
  InstanceProfileName: string,
  before: readonly string[],
  after: readonly string[],
  { clients: { iam } }: ResourceContext,
): Promise<void> {
  for (const RoleName of before.filter((name) => !after.includes(name))) {
    const input = { InstanceProfileName, RoleName };
    await ignoreMissing(iam.send(new RemoveRoleFromInstanceProfileCommand(input)));
  }
  for (const RoleName of after.filter((name) => !before.includes(name))) {
    await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName }));
  }
}

interface Policy extends InlinePolicy {
  readonly Roles?: readonly string[];
}

const policy = handler<Policy>({
  properties: ['PolicyName', 'PolicyDocument', 'Roles'],
  async create(properties, context) {
    const id = context.name(128);
    context.initiated(id);
    for (const name of properties.Roles ?? []) {
      await putPolicy(name, properties, context.clients.iam);
    }
    return { id, attributes: { Id: id } };
  },
  async update({ properties: before, attributes }, after, { clients: { iam } }) {
    for (const name of after.Roles ?? []) await putPolicy(name, after, iam);
    const stays = (name: string) =>
      before.PolicyName === after.PolicyName && (after.Roles ?? []).includes(name);
    await removePolicy(
      before.PolicyName,
      before.Roles?.filter((name) => !stays(name)),
      iam,
    );
    return attributes;
  },
  async delete({ properties: { PolicyName, Roles } }, { clients: { iam } }) {
    await removePolicy(PolicyName, Roles, iam);
  },
});

async function removePolicy(
  PolicyName: string,
  roles: readonly string[] = [],
  iam: ResourceContext['clients']['iam'],
): Promise<void> {
  for (const RoleName of roles) {
    await ignoreMissing(iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })));
  }
}

function text(document: unknown): string {
  return typeof document === 'string' ? document : JSON.stringify(document);
}

export const iamHandlers = {
  'AWS::IAM::Role': role,
  'AWS::IAM::InstanceProfile': instanceProfile,
  'AWS::IAM::Policy': policy,
};
