import { HOUR_MS } from '../core/clock.ts';
import type { WorkflowRun } from '../github/workflow-run.ts';
import type { Owner } from './owner.ts';

/** The name of the environment. `believedStacks` decides which of the stacks with this tag belong to it. */
export const ENVIRONMENT_TAG = 'eks-multus:environment';
/** The environment whose cluster is used, on stacks of an environment without its own cluster. */
export const BASE_TAG = 'eks-multus:base';
/** When the environment may be removed, in ISO 8601 and UTC. */
export const EXPIRY_TAG = 'eks-multus:expires-at';
/** `owner/name` of the repository whose workflow created the environment. */
export const REPOSITORY_TAG = 'eks-multus:repository';
/** The number of this repository, which it keeps when it is renamed or moved. */
const REPOSITORY_ID_TAG = 'eks-multus:repository-id';
const RUN_TAG = 'eks-multus:run';
/** The number of the pull request that the environment was created for. */
export const PULL_REQUEST_TAG = 'eks-multus:pull-request';

/** The owner of a VPC lets environments use it by this tag, whose value their names begin with. */
export const OPEN_TAG = 'eks-multus:open-to';

interface Expiry {
  /** Hours from now; 0 for never, undefined to leave an existing expiry as it is. */
  readonly ttlHours: number | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The tags that every stack has. CloudFormation copies a stack's tags to all its resources that can have tags. */
export function stackTags(environment: string, base?: string): Readonly<Record<string, string>> {
  return { [ENVIRONMENT_TAG]: environment, ...(base === undefined ? {} : { [BASE_TAG]: base }) };
}

/** Tags that a stack gets only when it is created. One without them would be changed as a whole if it got them later. */
export function firstTags({ repositoryId }: WorkflowRun): Readonly<Record<string, string>> {
  return repositoryId === undefined ? {} : { [REPOSITORY_ID_TAG]: repositoryId };
}

/** Whose a stack is, by its tags. */
export function ownerOf(tags: Readonly<Record<string, string>>): Owner {
  return { repository: tags[REPOSITORY_TAG], repositoryId: tags[REPOSITORY_ID_TAG] };
}

/**
 * The tags that say where a stack comes from and when it expires. They are set when the stack is created and kept by
 * later runs, because a changed tag would change every resource of the stack.
 */
export function creationTags(
  run: WorkflowRun,
  { ttlHours, now }: Expiry,
): Readonly<Record<string, string | undefined>> {
  const expiry = ttlHours && new Date(now + ttlHours * HOUR_MS).toISOString().slice(0, 19);
  return {
    [REPOSITORY_TAG]: run.repository,
    [RUN_TAG]: run.id,
    [PULL_REQUEST_TAG]: run.pullRequest,
    // A stack loses an existing tag when its key is missing here.
    ...(ttlHours === 0 ? {} : { [EXPIRY_TAG]: expiry === undefined ? undefined : `${expiry}Z` }),
  };
}
