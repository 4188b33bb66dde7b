import {
  CreateTagsCommand,
  DeleteTagsCommand,
  type ResourceType,
  type TagSpecification,
} from '@aws-sdk/client-ec2';
import type { ResourceContext, Tags } from './handler.ts';

export interface TagPair {
  readonly Key: string;
  readonly Value: string;
}

/** Converts `{a: '1'}` to `[{Key: 'a', Value: '1'}]`, the form of most APIs. */
export function tagPairs(tags: Tags): TagPair[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** The tag specification of EC2's create calls. */
export function ec2Tags(type: ResourceType, tags: Tags): TagSpecification[] {
  return [{ ResourceType: type, Tags: tagPairs(tags) }];
}

/** The tags to set and the keys to remove to get from one set of tags to another. */
export function tagChanges(before: Tags, after: Tags): { set: Tags; removed: readonly string[] } {
  return {
    set: Object.fromEntries(Object.entries(after).filter(([key, value]) => before[key] !== value)),
    removed: Object.keys(before).filter((key) => after[key] === undefined),
  };
}

/** Updates the tags of an EC2 resource. */
export async function retagEc2(id: string, before: Tags, context: ResourceContext): Promise<void> {
  const { set, removed } = tagChanges(before, context.tags);
  const { ec2 } = context.clients;
  if (Object.keys(set).length > 0) {
    await ec2.send(new CreateTagsCommand({ Resources: [id], Tags: tagPairs(set) }));
  }
  if (removed.length > 0) {
    const gone = removed.map((Key) => ({ Key }));
    await ec2.send(new DeleteTagsCommand({ Resources: [id], Tags: gone }));
  }
}
