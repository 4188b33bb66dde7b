import type {
  Comment,
  Deployment,
  DeploymentStatus,
  Issue,
  PullRequest,
  RepositoryState,
} from './state.ts';

export type Json = Record<string, unknown>;

const ACTIONS_BOT = 'github-actions[bot]';

export function commentJson(example: unknown, comment: Comment): Json {
  const json = example as Json;
  return {
    ...json,
    id: comment.id,
    body: comment.body,
    user: userJson(json['user'], comment.author),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
  };
}

/** An issue, or a pull request as an issue, which has the key `pull_request`. */
export function issueJson(
  example: unknown,
  issue: Issue,
  { name, pullRequests }: RepositoryState,
): Json {
  const { pull_request: pull, closed_by: _, state_reason: __, ...json } = example as Json;
  const { author, body, createdAt, labels, number, state, stateReason, title, updatedAt } = issue;
  return {
    ...json,
    ...(pullRequests.has(number) ? { pull_request: pull ?? PULL_REQUEST } : {}),
    number,
    title,
    body,
    state,
    // GitHub says null for none, which its description does not know.
    ...(stateReason === null ? {} : { state_reason: stateReason }),
    labels: labels.map((label) => ({ ...first(json['labels']), name: label })),
    user: userJson(json['user'], author),
    html_url: `https://github.com/${name}/issues/${number}`,
    created_at: createdAt,
    updated_at: updatedAt,
    closed_at: state === 'closed' ? updatedAt : null,
  };
}

const URL_OF_PULL = 'https://api.github.com/repos/octocat/Hello-World/pulls/1347';
const PULL_REQUEST = {
  url: URL_OF_PULL,
  html_url: URL_OF_PULL,
  diff_url: URL_OF_PULL,
  patch_url: URL_OF_PULL,
};

function userJson(example: unknown, login: string): Json {
  return { ...(example as Json), login, type: login === ACTIONS_BOT ? 'Bot' : 'User' };
}

export function deploymentJson(example: unknown, deployment: Deployment): Json {
  const { createdAt, id, environment, ref, sha, transient, production } = deployment;
  return {
    ...(example as Json),
    id,
    environment,
    ref,
    sha,
    original_environment: environment,
    transient_environment: transient,
    production_environment: production,
    created_at: createdAt,
  };
}

export function statusJson(example: unknown, environment: string, status: DeploymentStatus): Json {
  const { id, state, description, logUrl, environmentUrl } = status;
  // Left out when empty, because the description requires a URL.
  const urls = { log_url: logUrl, environment_url: environmentUrl };
  const given = Object.entries(urls).filter(([, url]) => url !== '');
  const { log_url: _log, environment_url: _url, ...rest } = example as Json;
  return { ...rest, id, state, description, environment, ...Object.fromEntries(given) };
}

/** A pull request as `pulls/get` and the events have it. */
export function pullRequestJson(example: unknown, pull: PullRequest, state: RepositoryState): Json {
  const json = example as Json;
  const [head, base] = [json['head'] as Json, json['base'] as Json];
  const closed = pull.state === 'closed' ? now() : null;
  return {
    ...json,
    number: pull.number,
    state: pull.state,
    draft: pull.draft === true,
    merged: pull.merged,
    merged_at: pull.merged ? closed : null,
    closed_at: closed,
    mergeable: pull.state === 'closed' ? null : !pull.conflict,
    title: `Change ${pull.headBranch}`,
    user: {
      ...(json['user'] as Json),
      login: pull.author,
      type: pull.author.endsWith('[bot]') ? 'Bot' : 'User',
    },
    labels: pull.labels.map((name) => ({ ...first(json['labels']), name })),
    requested_teams: [],
    head: {
      ...head,
      ref: pull.headBranch,
      sha: pull.headSha,
      repo: named(head['repo'] as Json, pull.headRepository),
    },
    base: {
      ...base,
      ref: state.defaultBranch,
      sha: state.branches.get(state.defaultBranch),
      repo: named(base['repo'] as Json, state.name),
    },
  };
}

/** A repository's example under another name. */
export function named(repository: Json, fullName: string): Json {
  const [owner = '', name = ''] = fullName.split('/');
  return {
    ...repository,
    name,
    full_name: fullName,
    default_branch: 'main',
    private: true,
    visibility: 'private',
    owner: { ...(repository['owner'] as Json), login: owner },
  };
}

/** The first of a list in an example. */
export function first(list: unknown): Json {
  return (list as readonly Json[])[0] ?? {};
}

/** GitHub tells whole seconds. */
export function now(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}
