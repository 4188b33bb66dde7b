import type { Stack, StackApi } from '../cloudformation/stack-api.ts';
import type { StackInsides } from '../cloudformation/stack-resources.ts';
import { believedStacks } from '../environment/believed-stacks.ts';
import { isGuard } from '../environment/guard-stack.ts';
import { isBeside, isOutputs } from '../environment/outputs-stack.ts';
import type { Owner } from '../environment/owner.ts';
import { BASE_TAG, ENVIRONMENT_TAG, ownerOf, REPOSITORY_TAG } from '../environment/tags.ts';

/** The stacks of an environment, found by their tag, in whatever state they are. */
export interface EnvironmentStacks {
  readonly infra: Stack | undefined;
  readonly nodeGroups: readonly Stack[];
  /** The stacks that delete the others after the environment has expired. */
  readonly guards: readonly Stack[];
  /** The stack with the SSM parameters for the stacks of others; a list, as it may be missing. */
  readonly outputs: readonly Stack[];
  /** A stack that has the environment's name but belongs to somebody else. */
  readonly foreign: Stack | undefined;
  /** The environment whose cluster this one uses, by the tags of its stacks. */
  readonly base: string | undefined;
  /** The repository whose workflow created the environment, by the tags of its stacks. */
  readonly owner: Owner;
  /** The environments that use this one's cluster. */
  readonly guests: readonly string[];
}

/** Finds the stacks of an environment by their tags, whether or not inputs still name them. */
export async function environmentStacks(
  stacks: Pick<StackApi, 'list'>,
  insides: Pick<StackInsides, 'plannedTags'>,
  environment: string,
): Promise<EnvironmentStacks> {
  const all = await stacks.list();
  const own: Stack[] = [];
  for (const stack of all) if (await belongs(stack, insides, environment)) own.push(stack);
  const sameName = all.find(({ name }) => name === environment);
  const believed = believedStacks(environment, own, undefined);
  const tagOf = (key: string) => believed.find(({ tags }) => tags[key] !== undefined)?.tags[key];
  return {
    infra: own.find(({ name }) => name === environment),
    nodeGroups: own.filter((stack) => stack.name !== environment && !isBeside(stack)),
    guards: own.filter(isGuard),
    outputs: own.filter(isOutputs),
    foreign: sameName !== undefined && !own.includes(sameName) ? sameName : undefined,
    base: tagOf(BASE_TAG),
    owner: ownerOf(believed.find(({ tags }) => tags[REPOSITORY_TAG] !== undefined)?.tags ?? {}),
    guests: guestsOf(environment, all),
  };
}

/**
 * Whether a stack belongs to the environment. The empty stack of an unexecuted change set may lack the tags that the
 * stack would get. Its change set tells them, because the name alone may be that of another environment's stack.
 */
async function belongs(
  { id, name, status, tags }: Stack,
  insides: Pick<StackInsides, 'plannedTags'>,
  environment: string,
): Promise<boolean> {
  const tag = tags[ENVIRONMENT_TAG];
  if (tag !== undefined || status !== 'REVIEW_IN_PROGRESS') return tag === environment;
  if (name !== environment && !name.startsWith(`${environment}-`)) return false;
  const planned = await insides.plannedTags(id);
  return planned === undefined ? name === environment : planned[ENVIRONMENT_TAG] === environment;
}

function guestsOf(environment: string, stacks: readonly Stack[]): readonly string[] {
  const guests = stacks.filter((stack) => stack.tags[BASE_TAG] === environment && !isBeside(stack));
  return [...new Set(guests.flatMap(({ tags }) => tags[ENVIRONMENT_TAG] ?? []))].sort();
}
