import { type Answer, type Call, notFound, page } from './answer.ts';
import { first, type Json } from './resources.ts';
import type { GithubEnvironment } from './state.ts';

/** The operations on environments, and on the branches that they admit, by GitHub's names. */
export const ENVIRONMENT_OPERATIONS: Readonly<Record<string, (call: Call) => Answer>> = {
  'repos/get-all-environments': ({ operation, state, query }) => {
    const { environments: examples } = operation.example(200) as Json;
    const all = [...state.environments.values()];
    const { body } = page(all, query, (one) => environmentJson(first(examples), one));
    return { status: 200, body: { total_count: all.length, environments: body } };
  },
  'repos/get-environment': (call) => {
    const found = environmentOf(call);
    if (found === undefined) return notFound();
    return { status: 200, body: environmentJson(call.operation.example(200) as Json, found) };
  },
  'repos/create-or-update-environment': (call) => {
    const { operation, state, body } = call;
    const name = nameOf(call);
    const known = state.environments.get(name);
    const policy = body['deployment_branch_policy'] as Json | null | undefined;
    const changed = {
      id: known?.id ?? state.nextId(),
      name,
      deployers: deployersOf(policy, known),
      reviewers: reviewersOf(body['reviewers']),
    };
    state.environments.set(name, changed);
    return { status: 200, body: environmentJson(operation.example(200) as Json, changed) };
  },
  'repos/list-deployment-branch-policies': (call) => {
    const found = environmentOf(call);
    if (found === undefined) return notFound();
    const { branch_policies: examples } = call.operation.example(200) as Json;
    const policies = patternsOf(found).map((name) => ({ ...first(examples), name }));
    return { status: 200, body: { total_count: policies.length, branch_policies: policies } };
  },
  'repos/create-deployment-branch-policy': (call) => {
    const found = environmentOf(call);
    if (found === undefined || typeof found.deployers === 'string') return notFound();
    const name = String(call.body['name']);
    if (found.deployers.includes(name)) return { status: 303, body: {} };
    const deployers = [...found.deployers, name];
    call.state.environments.set(found.name, { ...found, deployers });
    return { status: 200, body: { ...(call.operation.example(200) as Json), name } };
  },
  'repos/list-branches': ({ operation, state, query }) => {
    const wanted = query.get('protected');
    // GitHub's example has a protection that its own description does not allow.
    const { protection: _, ...example } = first(operation.example(200));
    const all = [...state.branches].map(([name, sha]) => ({
      ...example,
      name,
      commit: { ...(example['commit'] as Json), sha },
      protected: state.protectedBranches.has(name),
    }));
    const found = all.filter((branch) => wanted === null || String(branch.protected) === wanted);
    return { status: 200, body: found };
  },
  'repos/delete-an-environment': (call) =>
    call.state.environments.delete(nameOf(call)) ? { status: 204, body: undefined } : notFound(),
};

function nameOf({ operation }: Call): string {
  return decodeURIComponent(operation.params['environment_name'] ?? '');
}

function environmentOf(call: Call): GithubEnvironment | undefined {
  return call.state.environments.get(nameOf(call));
}

function patternsOf({ deployers }: GithubEnvironment): readonly string[] {
  return typeof deployers === 'string' ? [] : deployers;
}

/** A request without a policy lets any branch deploy. Patterns stay when there were some. */
function deployersOf(
  policy: Json | null | undefined,
  known: GithubEnvironment | undefined,
): GithubEnvironment['deployers'] {
  if (policy === undefined || policy === null) return 'any';
  if (policy['protected_branches'] === true) return 'protected-branches';
  return known === undefined ? [] : patternsOf(known);
}

function environmentJson(example: Json, environment: GithubEnvironment): Json {
  const { id, name, deployers, reviewers = [] } = environment;
  const [wait, people] = example['protection_rules'] as readonly Json[];
  const limited = deployers !== 'any';
  return {
    ...example,
    id,
    name,
    protection_rules: [
      ...(limited ? [{ id, node_id: wait?.['node_id'], type: 'branch_policy' }] : []),
      ...(reviewers.length > 0 ? [{ ...people, reviewers: reviewersJson(people, reviewers) }] : []),
    ],
    deployment_branch_policy: limited
      ? {
          protected_branches: deployers === 'protected-branches',
          custom_branch_policies: deployers !== 'protected-branches',
        }
      : null,
  };
}

interface Reviewer {
  readonly type: string;
  readonly id: number;
}

/** As the state has them: `User 583231`. */
function reviewersOf(given: unknown): readonly string[] {
  return ((given ?? []) as readonly Reviewer[]).map(({ type, id }) => `${type} ${id}`);
}

function reviewersJson(example: Json | undefined, reviewers: readonly string[]): readonly Json[] {
  const shown = example?.['reviewers'] as readonly Json[];
  return reviewers.map((reviewer) => {
    const [, type = 'User', id = '1'] = /^(User|Team) (\d+)$/.exec(reviewer) ?? [];
    const like = shown.find((one) => one['type'] === type);
    return { type, reviewer: { ...(like?.['reviewer'] as Json), id: Number(id) } };
  });
}
