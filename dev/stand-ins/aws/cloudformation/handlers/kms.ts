import {
  CreateKeyCommand,
  DisableKeyRotationCommand,
  EnableKeyRotationCommand,
  type KMSClient,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateKeyDescriptionCommand,
} from '@aws-sdk/client-kms';
import { handler, type ResourceContext, type Tags } from './handler.ts';
import { type TagPair, tagChanges } from './tags.ts';

interface Key {
  readonly Description?: string;
  readonly EnableKeyRotation?: boolean;
  readonly PendingWindowInDays?: number;
  readonly KeyPolicy?: unknown;
  readonly Tags?: readonly TagPair[];
}

const key = handler<Key>({
  properties: ['Description', 'EnableKeyRotation', 'PendingWindowInDays', 'KeyPolicy', 'Tags'],
  async create({ Description, EnableKeyRotation, KeyPolicy }, context) {
    const { kms } = context.clients;
    const { KeyMetadata } = await kms.send(
      new CreateKeyCommand({
        Description,
        ...(KeyPolicy === undefined ? {} : { Policy: JSON.stringify(KeyPolicy) }),
        Tags: kmsTags(context.tags),
      }),
    );
    const { KeyId = '', Arn = '' } = KeyMetadata ?? {};
    context.initiated(KeyId, { KeyId, Arn });
    if (EnableKeyRotation === true) await rotate(KeyId, true, kms);
    return { id: KeyId, attributes: { KeyId, Arn } };
  },
  async update({ id: KeyId, properties: before, tags, attributes }, after, context) {
    const { kms } = context.clients;
    if (before.Description !== after.Description) {
      const Description = after.Description ?? '';
      await kms.send(new UpdateKeyDescriptionCommand({ KeyId, Description }));
    }
    if (JSON.stringify(before.KeyPolicy) !== JSON.stringify(after.KeyPolicy)) {
      await kms.send(new PutKeyPolicyCommand({ KeyId, Policy: JSON.stringify(after.KeyPolicy) }));
    }
    if (before.EnableKeyRotation !== after.EnableKeyRotation) {
      await rotate(KeyId, after.EnableKeyRotation === true, kms);
    }
    await retagKey(KeyId, tags, context);
    return attributes;
  },
  /** KMS only schedules the deletion of a key. */
  async delete({ id: KeyId, properties: { PendingWindowInDays } }, { clients: { kms } }) {
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays }));
  },
});

async function rotate(KeyId: string, on: boolean, kms: KMSClient): Promise<void> {
  if (on) await kms.send(new EnableKeyRotationCommand({ KeyId }));
  else await kms.send(new DisableKeyRotationCommand({ KeyId }));
}

async function retagKey(KeyId: string, before: Tags, context: ResourceContext): Promise<void> {
  const { set, removed } = tagChanges(before, context.tags);
  const { kms } = context.clients;
  if (Object.keys(set).length > 0) {
    await kms.send(new TagResourceCommand({ KeyId, Tags: kmsTags(set) }));
  }
  if (removed.length > 0) {
    await kms.send(new UntagResourceCommand({ KeyId, TagKeys: [...removed] }));
  }
}

function kmsTags(tags: Tags) {
  return Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
}

export const kmsHandlers = { 'AWS::KMS::Key': key };
