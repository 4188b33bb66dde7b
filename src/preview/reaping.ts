import type { PullRequestFacts } from '../github/pull-request.ts';
import type { TaggedEnvironment } from './previews.ts';

/** What GitHub says of the pull request that an environment was made for. */
export interface PullRequestState {
  /** Undefined when there is no such pull request. */
  readonly facts: PullRequestFacts | undefined;
  /** Whether the branch that it comes from is there. */
  readonly branchExists: boolean;
}

/** Pure: why an environment has to go; undefined when it may stay. `pull` is undefined for one made otherwise. */
export function reasonToReap(
  environment: TaggedEnvironment,
  pull: PullRequestState | undefined,
  now: number,
): string | undefined {
  const { expiresAt } = environment;
  if (expiresAt !== undefined && expiresAt <= now) {
    return `expired at ${new Date(expiresAt).toISOString().slice(0, 16)}Z`;
  }
  if (pull === undefined) return undefined;
  const name = `pull request #${environment.pullRequest}`;
  if (pull.facts === undefined) return `${name} does not exist`;
  if (pull.facts.merged) return `${name} is merged`;
  if (!pull.facts.open) return `${name} is closed`;
  return pull.branchExists ? undefined : `branch ${pull.facts.headBranch} is gone`;
}
