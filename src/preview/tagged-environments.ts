import type { Stack } from '../cloudformation/stack-api.ts';
import {
  ENVIRONMENT_TAG,
  EXPIRY_TAG,
  PULL_REQUEST_TAG,
  REPOSITORY_TAG,
} from '../environment/tags.ts';

/** An environment by the tags of its stacks. */
export interface TaggedEnvironment {
  readonly name: string;
  /** `owner/name` of the repository whose workflow created it. */
  readonly repository: string | undefined;
  /** The pull request that it was created for, if any. */
  readonly pullRequest: number | undefined;
  /** Milliseconds since 1970; undefined when it does not expire. */
  readonly expiresAt: number | undefined;
  readonly stacks: readonly Pick<Stack, 'name' | 'status'>[];
}

/** The environments of an account, from its stacks, by name. Pure. */
export function environmentsOf(stacks: readonly Stack[]): readonly TaggedEnvironment[] {
  const names = new Set(stacks.flatMap(({ tags }) => tags[ENVIRONMENT_TAG] ?? []));
  return [...names].sort().map((name) => {
    const own = stacks.filter(({ tags }) => tags[ENVIRONMENT_TAG] === name);
    const tag = (key: string) => own.find(({ tags }) => tags[key] !== undefined)?.tags[key];
    const pullRequest = Number(tag(PULL_REQUEST_TAG) ?? Number.NaN);
    const expiries = own.map(({ tags }) => Date.parse(tags[EXPIRY_TAG] ?? ''));
    const known = expiries.filter((time) => !Number.isNaN(time));
    return {
      name,
      repository: tag(REPOSITORY_TAG),
      pullRequest: Number.isInteger(pullRequest) ? pullRequest : undefined,
      // Node groups that were added later expire with the rest.
      expiresAt: known.length === 0 ? undefined : Math.min(...known),
      stacks: own.map(({ name: stack, status }) => ({ name: stack, status })),
    };
  });
}
