import { ENVIRONMENT_TAG } from './tags.ts';

/** What tells whose a stack is. */
export interface TaggedStack {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  /** The role that CloudFormation uses for the stack. Only who may pass the role can create a stack with it. */
  readonly roleArn: string | undefined;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/**
 * Of the stacks that carry the tag of an environment, those whose tags are believed; the one that decides comes first.
 * Anybody who may create stacks can give them the tag, so the name, the role and the age of a stack count too:
 *
 * - Stacks of an environment are called like it, or `<environment>-…`.
 * - With `serviceRole`, a stack has this role.
 * - Otherwise it has the role of the environment's own stack. On a base there is none: then a stack with a role counts
 *   before one without.
 * - The environment's own stack decides, because nobody can create a second one of its name; on a base, the oldest stack.
 *
 * Pure.
 *
 * @param serviceRole ARN of the role that CloudFormation uses for the pack's stacks; undefined when nobody says it
 */
export function believedStacks<S extends TaggedStack>(
  environment: string,
  tagged: readonly S[],
  serviceRole: string | undefined,
): readonly S[] {
  const named = tagged.filter(
    ({ name }) => name === environment || name.startsWith(`${environment}-`),
  );
  const own = named.find(({ name }) => name === environment);
  const byAge = named.toSorted((a, b) => a.createdAt - b.createdAt);
  const oldest = byAge.find(({ roleArn }) => roleArn !== undefined) ?? byAge[0];
  const role = serviceRole ?? (own ?? oldest)?.roleArn;
  const believed = byAge.filter(({ roleArn }) => roleArn === role);
  return own !== undefined && believed.includes(own)
    ? [own, ...believed.filter((stack) => stack !== own)]
    : believed;
}

/** Of any stacks, those that belong to an environment and are believed; the one that decides comes first. Pure. */
export function believedAmong<S extends TaggedStack>(
  all: readonly S[],
  environment: string,
  serviceRole: string | undefined,
): readonly S[] {
  const tagged = all.filter(({ tags }) => tags[ENVIRONMENT_TAG] === environment);
  return believedStacks(environment, tagged, serviceRole);
}
