import type { Permissions } from './api/permissions.ts';
import type { GithubEvent } from './events/pull-request.ts';

/** The parts of a workflow file that say when it runs and what its jobs may do. */
export interface Workflow {
  readonly on: Readonly<Record<string, Trigger | null>> | string;
  readonly jobs: Readonly<Record<string, WorkflowJob>>;
}

interface Trigger {
  readonly types?: readonly string[];
  readonly branches?: readonly string[];
}

export interface WorkflowJob {
  readonly uses?: string;
  readonly permissions?: Permissions;
}

/** The types of pull request events that start a workflow without `types`. */
const DEFAULT_TYPES = ['opened', 'synchronize', 'reopened'];

/** Whether an event starts a workflow. Pure. */
export function isTriggered({ on }: Workflow, { name, payload }: GithubEvent): boolean {
  if (typeof on === 'string') return on === name;
  if (!(name in on)) return false;
  if (!name.startsWith('pull_request')) return true;
  return (on[name]?.types ?? DEFAULT_TYPES).includes(String(payload['action']));
}

/**
 * The union of the permissions of a run's jobs. GitHub gives each job its own token; act gives all jobs the
 * same. Pure.
 */
export function permissionsOf({ jobs }: Workflow): Permissions {
  const all = Object.values(jobs).flatMap(({ permissions = {} }) => Object.entries(permissions));
  const written = all.filter(([, access]) => access === 'write');
  return Object.fromEntries([...all, ...written]);
}

/** The permissions of a run from a fork or of Dependabot. Pure. */
export function readOnly(permissions: Permissions): Permissions {
  const read = Object.entries(permissions).flatMap(([scope]) =>
    scope === 'id-token' ? [] : [[scope, 'read'] as const],
  );
  return Object.fromEntries(read);
}

/** The workflow that a run's jobs are in: the first that they call; undefined when they call none. Pure. */
export function calledWorkflow({ jobs }: Workflow): string | undefined {
  return Object.values(jobs).find(({ uses }) => uses !== undefined)?.uses;
}
