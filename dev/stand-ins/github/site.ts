import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { artifactFolder, runByAct, standInsOf } from './act.ts';
import type { WorkflowResult } from './act-log.ts';
import { type GithubApi, startGithubApi } from './api/server.ts';
import type { RepositoryState } from './api/state.ts';
import type { GithubEvent } from './events/pull-request.ts';
import { type Gate, startGate } from './gate.ts';
import { type GitServer, startGitServer } from './git-server.ts';
import { keepArtifacts } from './kept-artifacts.ts';
import {
  type Adaptation,
  PACK,
  type PackRepository,
  packRepository,
  userRepository,
} from './repositories.ts';
import type { ActSetup, RunnerOptions } from './runner.ts';
import { calledWorkflow, isTriggered, permissionsOf, readOnly, type Workflow } from './triggers.ts';

/** The number of the user's repository, which it keeps when it is renamed. */
const REPOSITORY_ID = '1296269';

export interface DeliveryOptions {
  /** The name in the log files. */
  readonly name: string;
  /** Who caused the event. */
  readonly actor?: string;
  readonly show: (line: string) => void;
}

/**
 * github.com with one user's repository, whose workflows call the pack's at `@v1`. The pack is in a private repository of the
 * same owner, which lets others use its actions and workflows: a job's token reads no other repository than its own.
 */
export interface Site {
  readonly api: GithubApi;
  readonly git: GitServer;
  readonly state: RepositoryState;
  /** The checkout of the user's repository from which workflows run. */
  readonly folder: string;
  readonly pack: PackRepository;
  /** The gate of the repository's environments. */
  readonly gate: Gate;
  /** Runs every workflow of the repository that the event starts, one after another. */
  deliver(event: GithubEvent, options: DeliveryOptions): Promise<readonly WorkflowResult[]>;
  stop(): Promise<void>;
}

/** Makes the two repositories, and starts the API. */
export async function startSite(
  act: ActSetup,
  options: RunnerOptions,
  adaptation: Adaptation,
): Promise<Site> {
  const pack = await packRepository(options.source, act.root);
  const folder = join(act.root, 'user');
  await userRepository(options.source, folder, options.repository, adaptation);
  const api = await startGithubApi(0);
  const state = api.repository(options.repository);
  if (!adaptation.fresh) protectEnvironments(state);
  for (const variable of Object.entries(adaptation.variables)) state.variables.set(...variable);
  const gate = await startGate(state);
  const git = await startGitServer(
    { [options.repository]: folder, [PACK]: pack.folder },
    api.mayReadContents,
  );
  const workflows = join(folder, '.github', 'workflows');
  const place = { act, options, api, state, git, gate, pack, folder, workflows };
  return {
    api,
    folder,
    git,
    gate,
    pack,
    state,
    async deliver(event, delivery) {
      const results: WorkflowResult[] = [];
      for (const file of readdirSync(workflows).sort()) {
        if (!isTriggered(readWorkflow(place, file), event)) continue;
        if (!wanted(event, file)) continue;
        results.push(await runWorkflow(place, file, event, delivery));
      }
      return results;
    },
    async stop() {
      await Promise.all([api.stop(), gate.stop(), git.stop()]);
    },
  };
}

/** Where workflows run, and what they meet there. */
interface Place extends Omit<Site, 'deliver' | 'stop'> {
  readonly act: ActSetup;
  readonly options: RunnerOptions;
  /** The folder of the user's workflows. */
  readonly workflows: string;
}

function readWorkflow({ workflows }: Place, file: string): Workflow {
  return parse(readFileSync(join(workflows, file), 'utf8')) as Workflow;
}

/** Runs one workflow of the user's repository, as GitHub does for an event. */
async function runWorkflow(
  place: Place,
  file: string,
  event: GithubEvent,
  { name, actor = 'ann', show }: DeliveryOptions,
): Promise<WorkflowResult> {
  const { act, api, folder, gate, git, options, pack, state, workflows } = place;
  const workflow = readWorkflow(place, file);
  const asked = permissionsOf(workflow);
  const foreign = event.name === 'pull_request' && isUntrusted(event, options.repository, actor);
  const permissions = foreign ? readOnly(asked) : asked;
  const env = {
    ...options.env,
    GITHUB_API_URL: api.url,
    // The runner sets it, and act does not.
    GITHUB_REPOSITORY_ID: REPOSITORY_ID,
    ...git.env,
    REHEARSAL_GATE: gate.urlFor(name, refOf(event)),
    ...(permissions['id-token'] === 'write' ? idTokens(options, event.name, file, workflow) : {}),
  };
  const local = {
    ...standInsOf(join(pack.folder, '.github/workflows/provision.yml'), act.actions),
    ...standInsOf(join(workflows, file), act.actions),
    ...pack.local,
  };
  const result = await runByAct(
    act.folders,
    {
      name,
      actor,
      env,
      local,
      repository: folder,
      workflow: file,
      event: event.name,
      payload: event.payload,
      token: api.token(options.repository, permissions),
      vars: Object.fromEntries(state.variables),
    },
    show,
  );
  const branch = branchOf(event);
  keepArtifacts(state, artifactFolder(act.folders, name), { branch, ofFork: foreign });
  return result;
}

/** What a job needs to ask for its ID token, which tells the workflow that the run calls first. */
function idTokens(
  { oidc, repository }: RunnerOptions,
  event: string,
  file: string,
  workflow: Workflow,
) {
  const uses = calledWorkflow(workflow);
  // `@v1` of a caller is the full name of the tag in the token.
  const reusable = uses?.replace(/@v1$/, '@refs/tags/v1');
  const run = { event, ...(reusable === undefined ? {} : { calledWorkflow: reusable }) };
  const job = { repository, ref: 'refs/heads/main', workflow: `.github/workflows/${file}` };
  return {
    ACTIONS_ID_TOKEN_REQUEST_URL: oidc.requestUrl,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: oidc.requestTokenFor({ ...job, ...run }),
  };
}

/** The rules that the README has a repository's administrator make. */
function protectEnvironments({ environments, nextId }: RepositoryState): void {
  const add = (name: string, deployers: readonly string[]) =>
    environments.set(name, { id: nextId(), name, deployers });
  add('eks-multus', ['main']);
  add('eks-multus-previews', ['main', 'refs/pull/*/merge']);
  // docs/github.md has it for runs that nobody has to approve.
  add('eks-multus-unattended', ['main']);
}

/** The run's GITHUB_REF. */
function refOf(event: GithubEvent): string {
  const pull = event.name === 'pull_request' ? event.payload['number'] : undefined;
  return pull === undefined ? 'refs/heads/main' : `refs/pull/${pull}/merge`;
}

/** The branch that GitHub gives a run: that of a pull request's head, or the main branch. */
function branchOf({ payload }: GithubEvent): string {
  const pull = payload['pull_request'] as { head: { ref: string } } | undefined;
  return pull?.head.ref ?? 'main';
}

/** A manual or scheduled event starts one workflow, not every workflow with that trigger. */
function wanted(event: GithubEvent, file: string): boolean {
  return event.workflow === undefined || event.workflow === file;
}

function isUntrusted({ payload }: GithubEvent, repository: string, actor: string): boolean {
  const pull = payload['pull_request'] as { head: { repo: { full_name: string } | null } };
  return pull.head.repo?.full_name !== repository || actor === 'dependabot[bot]';
}
