import type { Stack } from '../cloudformation/stack-api.ts';
import { isAsleep } from '../environment/asleep.ts';
import { believedStacks } from '../environment/believed-stacks.ts';
import { isBeside } from '../environment/outputs-stack.ts';
import type { Owner } from '../environment/owner.ts';
import { ENVIRONMENT_TAG, EXPIRY_TAG, ownerOf, PULL_REQUEST_TAG } from '../environment/tags.ts';

/** An environment by the tags of its stacks. */
export interface TaggedEnvironment extends Owner {
  readonly name: string;
  /** The pull request that it was created for, if any. */
  readonly pullRequest: number | undefined;
  /** Milliseconds since 1970; undefined when it does not expire. */
  readonly expiresAt: number | undefined;
  readonly stacks: readonly Pick<Stack, 'name' | 'status'>[];
  /** Whether it has node groups, and all of them sleep. */
  readonly asleep: boolean;
  /** The stacks that carry the tag of the environment and are not believed. */
  readonly foreign: readonly Pick<Stack, 'name' | 'tags'>[];
}

/**
 * The environments of an account, from its stacks, by name. The tags of one stack decide, so that node groups that were
 * added later expire with the rest. Pure.
 *
 * @param serviceRole see `believedStacks`
 */
export function environmentsOf(
  stacks: readonly Stack[],
  serviceRole: string | undefined,
): readonly TaggedEnvironment[] {
  const names = new Set(stacks.flatMap(({ tags }) => tags[ENVIRONMENT_TAG] ?? []));
  return [...names].sort().map((name) => {
    const tagged = stacks.filter(({ tags }) => tags[ENVIRONMENT_TAG] === name);
    const own = believedStacks(name, tagged, serviceRole);
    const tags = own[0]?.tags ?? {};
    const pullRequest = Number(tags[PULL_REQUEST_TAG] ?? Number.NaN);
    const groups = own.filter((stack) => stack.name !== name && !isBeside(stack));
    const expiry = Date.parse(tags[EXPIRY_TAG] ?? '');
    return {
      name,
      ...ownerOf(tags),
      pullRequest: Number.isInteger(pullRequest) ? pullRequest : undefined,
      expiresAt: Number.isNaN(expiry) ? undefined : expiry,
      stacks: own.map(({ name: stack, status }) => ({ name: stack, status })),
      asleep: groups.length > 0 && groups.every(isAsleep),
      foreign: tagged.filter((stack) => !own.includes(stack)),
    };
  });
}
