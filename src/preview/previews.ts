import type { Stack } from '../cloudformation/stack-api.ts';
import {
  ENVIRONMENT_TAG,
  EXPIRY_TAG,
  PULL_REQUEST_TAG,
  REPOSITORY_TAG,
} from '../environment/tags.ts';

/** An environment, as the tags of its stacks tell it. */
export interface TaggedEnvironment {
  readonly name: string;
  /** `owner/name` of the repository whose workflow made it. */
  readonly repository: string | undefined;
  /** The pull request that it was made for; undefined for one made otherwise. */
  readonly pullRequest: number | undefined;
  /** Milliseconds since 1970; undefined for one that does not expire. */
  readonly expiresAt: number | undefined;
  readonly stacks: readonly Pick<Stack, 'name' | 'status'>[];
}

/** Pure: the environments that an account's stacks make up, by name. */
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
      // A node group that came later lives no longer than the rest.
      expiresAt: known.length === 0 ? undefined : Math.min(...known),
      stacks: own.map(({ name: stack, status }) => ({ name: stack, status })),
    };
  });
}
