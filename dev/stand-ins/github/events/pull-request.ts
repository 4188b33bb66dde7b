import { githubDescription } from '../api/description.ts';
import { type Json, named, pullRequestJson } from '../api/resources.ts';
import type { PullRequest, RepositoryState } from '../api/state.ts';

/** An event that GitHub sends to a repository's workflows. */
export interface GithubEvent {
  /** The workflow trigger, such as `pull_request`. */
  readonly name: string;
  readonly payload: Json;
  /** The one workflow file that a manual or scheduled event starts. */
  readonly workflow?: string;
}

/** A manual start. */
export function dispatchEvent(
  workflow: string,
  inputs: Readonly<Record<string, string>>,
): GithubEvent {
  return { name: 'workflow_dispatch', workflow, payload: { inputs } };
}

/** A scheduled start, by the line of the workflow that is due. */
export function scheduleEvent(workflow: string, schedule = '17 */3 * * *'): GithubEvent {
  return { name: 'schedule', workflow, payload: { schedule } };
}

export type PullRequestAction =
  | 'opened'
  | 'synchronize'
  | 'reopened'
  | 'labeled'
  | 'unlabeled'
  | 'converted_to_draft'
  | 'ready_for_review'
  | 'closed';

/**
 * The events that follow a change of a pull request. Each occurs twice, as `pull_request` and as
 * `pull_request_target`. While the pull request has a merge conflict, `pull_request` does not occur, not even
 * on closing (docs.github.com, events that trigger workflows).
 *
 * @throws Error when a payload does not fit GitHub's description.
 */
export function pullRequestEvents(
  state: RepositoryState,
  pull: PullRequest,
  action: PullRequestAction,
  label?: string,
): readonly GithubEvent[] {
  const payload = pullRequestPayload(state, pull, action, label);
  const target = { name: 'pull_request_target', payload };
  return pull.conflict ? [target] : [{ name: 'pull_request', payload }, target];
}

function pullRequestPayload(
  state: RepositoryState,
  pull: PullRequest,
  action: PullRequestAction,
  label: string | undefined,
): Json {
  const example = githubDescription().operation('GET', '/repos/o/r/pulls/1')?.example(200);
  const json = pullRequestJson(example, pull, state);
  const repository = named((json['base'] as { repo: Json }).repo, state.name);
  const sender = json['user'];
  const payload = {
    action,
    number: pull.number,
    pull_request: json,
    repository,
    sender,
    ...(label === undefined ? {} : { label: labelJson(json, label) }),
    ...(action === 'synchronize'
      ? { before: state.branches.get('main'), after: pull.headSha }
      : {}),
  };
  const problems = githubDescription().eventProblems(
    `pull-request-${action.replaceAll('_', '-')}`,
    payload,
  );
  if (problems.length > 0) throw new Error(`payload of ${action}: ${problems.join('; ')}`);
  return payload;
}

function labelJson(pull: Json, name: string): Json {
  const example = githubDescription().operation('GET', '/repos/o/r/pulls/1')?.example(200) as Json;
  const labels = [...(pull['labels'] as Json[]), ...(example['labels'] as Json[])];
  return { ...labels[0], name };
}
