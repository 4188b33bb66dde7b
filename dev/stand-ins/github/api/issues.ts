import { type Answer, type Call, notFound, page } from './answer.ts';
import { commentJson, first, issueJson, now } from './resources.ts';
import type { Issue, RepositoryState } from './state.ts';

/** The operations on issues, their labels and comments, by GitHub's names. A pull request is an issue, too. */
export const ISSUE_OPERATIONS: Readonly<Record<string, (call: Call) => Answer>> = {
  'issues/list-for-repo': ({ operation, state, query }) => {
    const wanted = query.get('state') ?? 'open';
    const labels = (query.get('labels') ?? '').split(',').filter((label) => label !== '');
    const found = allIssues(state)
      .filter((one) => wanted === 'all' || one.state === wanted)
      .filter((one) => labels.every((label) => hasLabel(one, label)))
      .toSorted((a, b) => b.number - a.number);
    return page(found, query, (one) => issueJson(first(operation.example(200)), one, state));
  },
  'issues/create': ({ operation, state, body, login }) => {
    if (!state.hasIssues) return disabled();
    const at = now();
    const issue: Issue = {
      number: Math.max(0, ...state.issues.keys(), ...state.pullRequests.keys()) + 1,
      author: login,
      title: String(body['title']),
      body: text(body['body']),
      labels: labelsOfNew(state, body['labels']),
      state: 'open',
      stateReason: null,
      createdAt: at,
      updatedAt: at,
    };
    state.issues.set(issue.number, issue);
    return { status: 201, body: issueJson(operation.example(201), issue, state) };
  },
  'issues/update': (call) => {
    const { body, operation, state } = call;
    const issue = state.issues.get(numberOf(call));
    if (issue === undefined) return state.hasIssues ? notFound() : disabled();
    const changed: Issue = {
      ...issue,
      title: typeof body['title'] === 'string' ? body['title'] : issue.title,
      body: typeof body['body'] === 'string' ? body['body'] : issue.body,
      ...stateAfter(issue, body),
      updatedAt: now(),
    };
    state.issues.set(issue.number, changed);
    return { status: 200, body: issueJson(operation.example(200), changed, state) };
  },
  'issues/list-comments': (call) => {
    const { operation, query, state } = call;
    const wanted = numberOf(call);
    if (!isKnown(state, wanted)) return notFound();
    const found = [...state.comments.values()].filter(({ pullRequest }) => pullRequest === wanted);
    return page(found, query, (comment) => commentJson(first(operation.example(200)), comment));
  },
  'issues/create-comment': (call) => {
    const { operation, state, body, login } = call;
    const pullRequest = numberOf(call);
    if (!isKnown(state, pullRequest)) return notFound();
    const at = now();
    const comment = {
      id: state.nextId(),
      pullRequest,
      author: login,
      body: text(body['body']),
      createdAt: at,
      updatedAt: at,
    };
    state.comments.set(comment.id, comment);
    return { status: 201, body: commentJson(operation.example(201), comment) };
  },
  'issues/update-comment': ({ operation, state, body }) => {
    const comment = state.comments.get(Number(operation.params['comment_id']));
    if (comment === undefined) return notFound();
    const changed = { ...comment, body: text(body['body']), updatedAt: now() };
    state.comments.set(comment.id, changed);
    return { status: 200, body: commentJson(operation.example(200), changed) };
  },
};

/** The issues and the pull requests. */
function allIssues({ issues, pullRequests }: RepositoryState): readonly Issue[] {
  const ofPulls = [...pullRequests.values()].map(
    ({ author, headBranch, labels, number, state }): Issue => ({
      number,
      author,
      title: `Change ${headBranch}`,
      body: '',
      labels,
      state,
      stateReason: null,
      createdAt: now(),
      updatedAt: now(),
    }),
  );
  return [...issues.values(), ...ofPulls];
}

function isKnown({ issues, pullRequests }: RepositoryState, number: number): boolean {
  return issues.has(number) || pullRequests.has(number);
}

function hasLabel({ labels }: Issue, wanted: string): boolean {
  return labels.some((label) => sameLabel(label, wanted));
}

/** Labels that differ in upper and lower case are the same. */
function sameLabel(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/**
 * Labels that the repository lacks are made or dropped. Sources differ: the one that adds labels to an issue makes them
 * (https://github.com/github/docs/issues/35718), while issues were created without (https://github.com/octokit/rest.js/issues/479).
 */
function labelsOfNew(state: RepositoryState, asked: unknown): readonly string[] {
  const names = Array.isArray(asked) ? asked.map(String) : [];
  if (!state.makesLabels) return names.filter((name) => state.labels.has(name));
  for (const name of names) state.labels.add(name);
  return names;
}

function stateAfter(
  { state: before, stateReason }: Issue,
  body: Readonly<Record<string, unknown>>,
): Pick<Issue, 'state' | 'stateReason'> {
  const state = body['state'];
  if ((state !== 'open' && state !== 'closed') || state === before) {
    return { state: before, stateReason };
  }
  const reason = body['state_reason'];
  const given = typeof reason === 'string' ? reason : 'completed';
  return { state, stateReason: state === 'closed' ? given : 'reopened' };
}

function disabled(): Answer {
  const message = 'Issues has been disabled in this repository.';
  return {
    status: 410,
    body: { message, documentation_url: 'https://docs.github.com/v3/issues/' },
  };
}

function numberOf({ operation }: Call): number {
  return Number(operation.params['issue_number']);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
