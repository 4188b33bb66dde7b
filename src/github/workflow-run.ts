import { readFileSync } from 'node:fs';

/** The workflow run that an action is part of. */
export interface WorkflowRun {
  readonly id: string;
  /** `owner/name`. */
  readonly repository: string;
  /** The number of the repository, which stays when its name changes; undefined where the runner does not tell it. */
  readonly repositoryId?: string | undefined;
  /** The number of the run's pull request; undefined when the run belongs to none. */
  readonly pullRequest: string | undefined;
}

/** Reads the run from the runner's variables. Outside a runner, the run and its repository are called `local`. */
export function workflowRun(env: NodeJS.ProcessEnv): WorkflowRun {
  return {
    id: env['GITHUB_RUN_ID'] ?? 'local',
    repository: env['GITHUB_REPOSITORY'] ?? 'local',
    // https://docs.github.com/actions/reference/workflows-and-actions/variables
    repositoryId: env['GITHUB_REPOSITORY_ID'] || undefined,
    pullRequest: pullRequestOf(env),
  };
}

/** Returns the URL of the run's page on GitHub. */
export function runUrl(env: NodeJS.ProcessEnv): string {
  const server = env['GITHUB_SERVER_URL'] ?? 'https://github.com';
  const { repository, id } = workflowRun(env);
  return `${server}/${repository}/actions/runs/${id}`;
}

/** Only `pull_request` has the number in its ref. For events on the base branch it is in the event's payload. */
function pullRequestOf(env: NodeJS.ProcessEnv): string | undefined {
  const ofRef = /^refs\/pull\/(\d+)\//.exec(env['GITHUB_REF'] ?? '')?.[1];
  if (ofRef !== undefined) return ofRef;
  const path = env['GITHUB_EVENT_PATH'];
  if (path === undefined || !env['GITHUB_EVENT_NAME']?.startsWith('pull_request')) return undefined;
  const { number } = JSON.parse(readFileSync(path, 'utf8')) as { number?: number };
  return number === undefined ? undefined : String(number);
}
