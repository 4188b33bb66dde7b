import type { WorkflowRun } from '../github/workflow-run.ts';

/** Which stacks make up an environment is told by this tag alone. */
export const ENVIRONMENT_TAG = 'eks-multus:environment';
/** The environment whose cluster the node groups are on, for one without a cluster of its own. */
export const BASE_TAG = 'eks-multus:base';
/** When the environment may be removed, in ISO 8601 and UTC. */
export const EXPIRY_TAG = 'eks-multus:expires-at';
/** `owner/name` of the repository whose workflow made it. */
export const REPOSITORY_TAG = 'eks-multus:repository';
const RUN_TAG = 'eks-multus:run';
/** The number of the pull request that it was made for. */
export const PULL_REQUEST_TAG = 'eks-multus:pull-request';

interface Expiry {
  /** Hours from now; 0 for never, undefined for as it is. */
  readonly ttlHours: number | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The tags that a stack always has. CloudFormation puts a stack's tags on all its resources that take tags. */
export function stackTags(environment: string, base?: string): Readonly<Record<string, string>> {
  return { [ENVIRONMENT_TAG]: environment, ...(base === undefined ? {} : { [BASE_TAG]: base }) };
}

/**
 * Where a stack comes from and how long it is to live, counted from its creation. Were these to change with every
 * run, so would every resource of every stack.
 */
export function creationTags(
  run: WorkflowRun,
  { ttlHours, now }: Expiry,
): Readonly<Record<string, string | undefined>> {
  const expiry = ttlHours && new Date(now + ttlHours * 3_600_000).toISOString().slice(0, 19);
  return {
    [REPOSITORY_TAG]: run.repository,
    [RUN_TAG]: run.id,
    [PULL_REQUEST_TAG]: run.pullRequest,
    // Without the key, a stack loses the tag that it may have.
    ...(ttlHours === 0 ? {} : { [EXPIRY_TAG]: expiry === undefined ? undefined : `${expiry}Z` }),
  };
}
