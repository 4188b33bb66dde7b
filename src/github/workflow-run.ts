import { readFileSync } from 'node:fs';

/** The workflow run that an action is part of. */
export interface WorkflowRun {
  readonly id: string;
  /** `owner/name`. */
  readonly repository: string;
  /** The number of the pull request that the run is about; undefined when it is about none. */
  readonly pullRequest: string | undefined;
}

/** Reads what the runner says of the run; off a runner, a run named `local`. */
export function workflowRun(env: NodeJS.ProcessEnv): WorkflowRun {
  return {
    id: env['GITHUB_RUN_ID'] ?? 'local',
    repository: env['GITHUB_REPOSITORY'] ?? 'local',
    pullRequest: pullRequestOf(env),
  };
}

/** The page of the run on GitHub. */
export function runUrl(env: NodeJS.ProcessEnv): string {
  const server = env['GITHUB_SERVER_URL'] ?? 'https://github.com';
  const { repository, id } = workflowRun(env);
  return `${server}/${repository}/actions/runs/${id}`;
}

/** The ref has it for `pull_request`; for the events that run on the base branch, only the event itself does. */
function pullRequestOf(env: NodeJS.ProcessEnv): string | undefined {
  const ofRef = /^refs\/pull\/(\d+)\//.exec(env['GITHUB_REF'] ?? '')?.[1];
  if (ofRef !== undefined) return ofRef;
  const path = env['GITHUB_EVENT_PATH'];
  if (path === undefined || !env['GITHUB_EVENT_NAME']?.startsWith('pull_request')) return undefined;
  const { number } = JSON.parse(readFileSync(path, 'utf8')) as { number?: number };
  return number === undefined ? undefined : String(number);
}
