import { type Answer, type Call, notFound, page } from './answer.ts';
import { ARTIFACT_OPERATIONS } from './artifacts.ts';
import type { Operation } from './description.ts';
import { ENVIRONMENT_OPERATIONS } from './environments.ts';
import { ISSUE_OPERATIONS } from './issues.ts';
import {
  deploymentJson,
  first,
  type Json,
  named,
  now,
  pullRequestJson,
  statusJson,
} from './resources.ts';
import { SET_UP_OPERATIONS } from './set-up.ts';
import { addEnvironment, type Deployment, type RepositoryState } from './state.ts';

/** The operations of the stand-in, by GitHub's names. */
export const OPERATIONS: Readonly<Record<string, (call: Call) => Answer>> = {
  ...ARTIFACT_OPERATIONS,
  ...ENVIRONMENT_OPERATIONS,
  ...ISSUE_OPERATIONS,
  ...SET_UP_OPERATIONS,
  'pulls/get': ({ operation, state }) => {
    const found = state.pullRequests.get(number(operation.params['pull_number']));
    if (found === undefined) return notFound();
    return { status: 200, body: pullRequestJson(operation.example(200), found, state) };
  },
  'pulls/list-files': ({ operation, state, query }) => {
    const found = state.pullRequests.get(number(operation.params['pull_number']));
    if (found === undefined) return notFound();
    const example = first(operation.example(200));
    return page(found.files ?? [], query, (filename) => ({ ...example, filename }));
  },
  'repos/get': ({ operation, state, administers }) => {
    // GitHub's example is a fork without a language, which GitHub's own description requires.
    const { source: _, parent: __, ...example } = operation.example(200) as Json;
    const permissions = { ...(example['permissions'] as Json), admin: administers };
    return { status: 200, body: { ...named(example, state.name), language: null, permissions } };
  },
  'git/get-ref': ({ operation, state }) => {
    const ref = decodeURIComponent(operation.params['ref'] ?? '');
    const sha = state.branches.get(ref.replace(/^heads\//, ''));
    if (sha === undefined) return notFound();
    const example = operation.example(200) as Json;
    return {
      status: 200,
      body: {
        ...example,
        ref: `refs/${ref}`,
        object: { ...(example['object'] as Json), type: 'commit', sha },
      },
    };
  },
  'repos/list-deployments': ({ operation, state, query }) => {
    const environment = query.get('environment');
    const found = [...state.deployments.values()]
      .filter((one) => environment === null || one.environment === environment)
      .reverse();
    return page(found, query, (one) => deploymentJson(first(operation.example(200)), one));
  },
  'repos/create-deployment': ({ operation, state, body }) =>
    createDeployment(operation, state, body),
  'repos/list-deployment-statuses': ({ operation, state, query }) => {
    const deployment = state.deployments.get(number(operation.params['deployment_id']));
    if (deployment === undefined) return notFound();
    const newestFirst = [...deployment.statuses].reverse();
    return page(newestFirst, query, (status) =>
      statusJson(first(operation.example(200)), deployment.environment, status),
    );
  },
  'repos/create-deployment-status': ({ operation, state, body }) => {
    const deployment = state.deployments.get(number(operation.params['deployment_id']));
    if (deployment === undefined) return notFound();
    const status = {
      id: state.nextId(),
      state: text(body['state']),
      description: text(body['description']),
      logUrl: text(body['log_url']),
      environmentUrl: text(body['environment_url']),
    };
    state.deployments.set(deployment.id, {
      ...deployment,
      statuses: [...deployment.statuses, status],
    });
    if (status.state === 'success' && body['auto_inactive'] !== false)
      makeOthersInactive(state, deployment);
    const { environment } = deployment;
    return { status: 201, body: statusJson(operation.example(201), environment, status) };
  },
};

function createDeployment(operation: Operation, state: RepositoryState, body: Json): Answer {
  const ref = text(body['ref']);
  const sha = state.branches.get(ref) ?? commitOf(state, ref);
  if (sha === undefined) {
    return {
      status: 422,
      body: {
        message: `No ref found for: ${ref}`,
        documentation_url: 'https://docs.github.com/rest',
      },
    };
  }
  const deployment: Deployment = {
    id: state.nextId(),
    ref,
    sha,
    statuses: [],
    environment: text(body['environment'] ?? 'production'),
    transient: body['transient_environment'] === true,
    production: body['production_environment'] === true,
    createdAt: now(),
  };
  state.deployments.set(deployment.id, deployment);
  addEnvironment(state, deployment.environment);
  return { status: 201, body: deploymentJson(operation.example(201), deployment) };
}

function commitOf(state: RepositoryState, ref: string): string | undefined {
  const known = [...state.pullRequests.values()].some(({ headSha }) => headSha === ref);
  return known || [...state.branches.values()].includes(ref) ? ref : undefined;
}

/** A success makes the earlier deployments of its environment inactive, unless it is said not to. */
function makeOthersInactive(state: RepositoryState, newest: Deployment): void {
  for (const one of state.deployments.values()) {
    if (one.id === newest.id || one.environment !== newest.environment) continue;
    if (one.transient || one.production || one.statuses.at(-1)?.state !== 'success') continue;
    const inactive = {
      id: state.nextId(),
      state: 'inactive',
      description: '',
      logUrl: '',
      environmentUrl: '',
    };
    state.deployments.set(one.id, { ...one, statuses: [...one.statuses, inactive] });
  }
}

function number(text: string | undefined): number {
  return Number(text);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
