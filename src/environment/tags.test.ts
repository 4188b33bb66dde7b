import { describe, expect, it } from 'vitest';
import { tagsFor } from '../cloudformation/change-set.ts';
import type { Stack, StackSpec } from '../cloudformation/stack-api.ts';
import { creationTags, firstTags, ownerOf, stackTags } from './tags.ts';

const RUN = { id: '7', repository: 'o/r', pullRequest: '12' };
const NOW = Date.parse('2026-11-24T10:00:00Z');

/** The tags that a stack with `before` gets from a deploy. */
function deployed(
  tags: ReturnType<typeof creationTags>,
  before?: Readonly<Record<string, string>>,
) {
  const spec = { tags: stackTags('preview-12'), creationTags: tags } as StackSpec;
  return tagsFor(spec, before && ({ tags: before } as Stack));
}

describe('the tags of a stack', () => {
  const created = deployed(creationTags(RUN, { ttlHours: 48, now: NOW }));

  it('name its environment and origin, and when it expires', () => {
    expect(created).toEqual({
      'eks-multus:environment': 'preview-12',
      'eks-multus:repository': 'o/r',
      'eks-multus:run': '7',
      'eks-multus:pull-request': '12',
      'eks-multus:expires-at': '2026-11-26T10:00:00Z',
    });
  });

  it('stay the same when another run deploys later, for no pull request', () => {
    const later = { id: '8', repository: 'o/r', pullRequest: undefined };
    const now = NOW + 3_600_000;
    expect(deployed(creationTags(later, { ttlHours: 48, now }), created)).toEqual(created);
    expect(deployed(creationTags(later, { ttlHours: undefined, now }), created)).toEqual(created);
  });

  it('lose the expiry when the input asks for it', () => {
    const { 'eks-multus:expires-at': _, ...rest } = created;
    expect(deployed(creationTags(RUN, { ttlHours: 0, now: NOW }), created)).toEqual(rest);
  });

  it('have the number of the repository only when the stack is new', () => {
    const repositoryId = '42';
    const spec = {
      tags: stackTags('preview-12'),
      firstTags: firstTags({ ...RUN, repositoryId }),
      creationTags: creationTags(RUN, { ttlHours: 48, now: NOW }),
    } as StackSpec;
    const fresh = tagsFor(spec, undefined);
    expect(ownerOf(fresh)).toEqual({ repository: 'o/r', repositoryId });
    expect(
      tagsFor({ ...spec, firstTags: firstTags({ ...RUN, repositoryId: '43' }) }, {
        tags: fresh,
      } as Stack),
    ).toEqual(fresh);
    expect(tagsFor(spec, { tags: created } as Stack)).toEqual(created);
    expect(firstTags(RUN)).toEqual({});
  });

  it('gain an expiry when there was none', () => {
    const without = deployed(creationTags(RUN, { ttlHours: undefined, now: NOW }));
    expect(without).not.toHaveProperty(['eks-multus:expires-at']);
    expect(deployed(creationTags(RUN, { ttlHours: 48, now: NOW }), without)).toEqual(created);
  });
});
