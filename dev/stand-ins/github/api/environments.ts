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
    const refusal = refusalOf(body, state.hasApprovals);
    if (refusal !== undefined) return refused(refusal);
    const changed = {
      id: known?.id ?? state.nextId(),
      name,
      deployers: deployersOf(policy, known),
      // Whether GitHub keeps rules that a request does not name, no source says. Here it does not, so callers have to name them.
      reviewers: reviewersOf(body['reviewers']),
      ...(body['prevent_self_review'] === true ? { preventsSelfReview: true } : {}),
      ...(body['wait_timer'] === undefined ? {} : { waitMinutes: Number(body['wait_timer']) }),
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

/** The rules that a plan may lack. */
const OF_APPROVALS = ['prevent_self_review', 'reviewers', 'wait_timer'];

/**
 * Why GitHub does not take the rules. A plan without approvals refuses a request that names one of their rules, also with null or 0:
 * backstage/backstage#28977 and #28978, alchemy-run/alchemy#1373. The other refusal: github-community-projects/safe-settings#628.
 */
function refusalOf(body: Json, hasApprovals: boolean): string | undefined {
  if (!hasApprovals && OF_APPROVALS.some((rule) => rule in body)) {
    return 'Failed to create the environment protection rule. Please ensure the billing plan supports the required reviewers protection rule.';
  }
  if (body['prevent_self_review'] !== true || reviewersOf(body['reviewers']).length > 0) {
    return undefined;
  }
  return 'Failed to create or update the environment protection rule. Required reviewers must have at least one reviewer to set prevent_self_review.';
}

function refused(message: string): Answer {
  const documentation_url =
    'https://docs.github.com/rest/deployments/environments#create-or-update-an-environment';
  return { status: 422, body: { message, documentation_url, status: '422' } };
}

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
  const { id, name, deployers, reviewers = [], waitMinutes = 0 } = environment;
  const [wait, people] = example['protection_rules'] as readonly Json[];
  const selfReview = { prevent_self_review: environment.preventsSelfReview ?? false };
  const limited = deployers !== 'any';
  return {
    ...example,
    id,
    name,
    protection_rules: [
      ...(limited ? [{ id, node_id: wait?.['node_id'], type: 'branch_policy' }] : []),
      ...(waitMinutes > 0 ? [{ ...wait, wait_timer: waitMinutes }] : []),
      ...(reviewers.length > 0
        ? [{ ...people, ...selfReview, reviewers: reviewersJson(people, reviewers) }]
        : []),
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
