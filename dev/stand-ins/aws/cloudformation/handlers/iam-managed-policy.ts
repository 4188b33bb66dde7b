import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeletePolicyCommand,
  DetachRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { ignoreMissing } from './failure.ts';
import { handler } from './handler.ts';

interface ManagedPolicy {
  readonly ManagedPolicyName?: string;
  readonly Description?: string;
  readonly PolicyDocument: unknown;
  /** Roles that get the policy. */
  readonly Roles?: readonly string[];
}

const managedPolicy = handler<ManagedPolicy>({
  properties: ['ManagedPolicyName', 'Description', 'PolicyDocument', 'Roles'],
  async create({ ManagedPolicyName, Description, PolicyDocument, Roles = [] }, context) {
    const { clients, name } = context;
    const { Policy } = await clients.iam.send(
      new CreatePolicyCommand({
        PolicyName: ManagedPolicyName ?? name(128),
        Description,
        PolicyDocument: JSON.stringify(PolicyDocument),
      }),
    );
    const id = Policy?.Arn ?? '';
    const attributes = { PolicyArn: id, PolicyId: Policy?.PolicyId ?? '' };
    context.initiated(id, attributes);
    for (const RoleName of Roles) {
      await clients.iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: id }));
    }
    return { id, attributes };
  },
  async update({ id, attributes, properties: before }, { PolicyDocument, Roles }, { clients }) {
    if (String(before.Roles) !== String(Roles)) throw new Error('Other Roles are not simulated');
    await clients.iam.send(
      new CreatePolicyVersionCommand({
        PolicyArn: id,
        PolicyDocument: JSON.stringify(PolicyDocument),
        SetAsDefault: true,
      }),
    );
    return attributes;
  },
  async delete({ id, properties: { Roles = [] } }, { clients }) {
    for (const RoleName of Roles) {
      await ignoreMissing(
        clients.iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: id })),
      );
    }
    await clients.iam.send(new DeletePolicyCommand({ PolicyArn: id }));
  },
});

export const managedPolicyHandlers = { 'AWS::IAM::ManagedPolicy': managedPolicy };
