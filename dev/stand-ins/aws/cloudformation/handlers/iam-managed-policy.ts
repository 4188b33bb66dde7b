import {
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeletePolicyCommand,
} from '@aws-sdk/client-iam';
import { handler } from './handler.ts';

interface ManagedPolicy {
  readonly ManagedPolicyName?: string;
  readonly Description?: string;
  readonly PolicyDocument: unknown;
}

const managedPolicy = handler<ManagedPolicy>({
  properties: ['ManagedPolicyName', 'Description', 'PolicyDocument'],
  async create({ ManagedPolicyName, Description, PolicyDocument }, { clients, name }) {
    const { Policy } = await clients.iam.send(
      new CreatePolicyCommand({
        PolicyName: ManagedPolicyName ?? name(128),
        Description,
        PolicyDocument: JSON.stringify(PolicyDocument),
      }),
    );
    const id = Policy?.Arn ?? '';
    return { id, attributes: { PolicyArn: id, PolicyId: Policy?.PolicyId ?? '' } };
  },
  async update({ id, attributes }, { PolicyDocument }, { clients }) {
    await clients.iam.send(
      new CreatePolicyVersionCommand({
        PolicyArn: id,
        PolicyDocument: JSON.stringify(PolicyDocument),
        SetAsDefault: true,
      }),
    );
    return attributes;
  },
  async delete({ id }, { clients }) {
    await clients.iam.send(new DeletePolicyCommand({ PolicyArn: id }));
  },
});

export const managedPolicyHandlers = { 'AWS::IAM::ManagedPolicy': managedPolicy };
