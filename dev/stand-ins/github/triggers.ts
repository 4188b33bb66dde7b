import type { Permissions } from './api/permissions.ts';
import type { GithubEvent } from './events/pull-request.ts';

/** A workflow file, as far as it says when it runs and what its jobs may do. */
export interface Workflow {
  readonly on: Readonly<Record<string, Trigger | null>> | string;
  readonly jobs: Readonly<Record<string, WorkflowJob>>;
}

interface Trigger {
  readonly types?: readonly string[];
  readonly branches?: readonly string[];
  readonly inputs?: Readonly<Record<string, { readonly default?: unknown }>>;
}

export interface WorkflowJob {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly permissions?: Permissions;
}

/** The types of pull request events that start a workflow which names none. */
const DEFAULT_TYPES = ['opened', 'synchronize', 'reopened'];

/** Pure: whether an event starts a workflow. */
export function isTriggered({ on }: Workflow, { name, payload }: GithubEvent): boolean {
  if (typeof on === 'string') return on === name;
  if (!(name in on)) return false;
  if (!name.startsWith('pull_request')) return true;
  return (on[name]?.types ?? DEFAULT_TYPES).includes(String(payload['action']));
}

/** Pure: all that the jobs of a run may do. GitHub gives each job a token of its own, and act one to all. */
export function permissionsOf({ jobs }: Workflow): Permissions {
  const all = Object.values(jobs).flatMap(({ permissions = {} }) => Object.entries(permissions));
  const written = all.filter(([, access]) => access === 'write');
  return Object.fromEntries([...all, ...written]);
}

/** Pure: what a run's token may do when the changes come from a fork, or the run is Dependabot's. */
export function readOnly(permissions: Permissions): Permissions {
  const read = Object.entries(permissions).flatMap(([scope]) =>
    scope === 'id-token' ? [] : [[scope, 'read'] as const],
  );
  return Object.fromEntries(read);
}

/** Pure: the GitHub environment of the jobs that a caller's jobs lead to; undefined for none. */
export function githubEnvironment(
  { jobs }: Workflow,
  called: (uses: string) => Workflow | undefined,
): string | undefined {
  const INPUT = 'github-environment';
  for (const { uses, with: given = {} } of Object.values(jobs)) {
    const { on } = (uses === undefined ? undefined : called(uses)) ?? {};
    const call = typeof on === 'object' ? on['workflow_call'] : undefined;
    const environment = given[INPUT] ?? call?.inputs?.[INPUT]?.default;
    // GitHub takes an empty name for no environment.
    if (environment !== undefined && environment !== '') return String(environment);
  }
  return undefined;
}
