import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { type ActFolders, runByAct, standInsOf } from './act.ts';
import type { WorkflowResult } from './act-log.ts';
import type { OidcIssuer } from './oidc.ts';
import { commitAll, copyRepository, PACK_FILES, standInActions } from './repository.ts';
import { upToStep } from './workflow-text.ts';

/** The inputs of a workflow, by name. */
export type WorkflowInputs = Readonly<Record<string, string>>;

export interface Runner {
  /**
   * Starts one workflow of the repository by hand, as `workflow_dispatch` does. Inputs that are not in the form come from a file
   * (`config-file`). `show` receives each line that a person would see in the job's log.
   */
  dispatch(request: Dispatch, show: (line: string) => void): Promise<WorkflowResult>;
}

export interface Dispatch {
  /** Its file name. */
  readonly workflow: string;
  readonly inputs: WorkflowInputs;
  /** Runs only the steps up to the one with this id. */
  readonly until?: string;
  /** The name in its log files: `workflow-<name>.log`. */
  readonly name: string;
}

export interface ActPlaces {
  /** The folder of act and the other built programs. */
  readonly bin: string;
  readonly runFolder: string;
  readonly logFolder: string;
}

export interface RunnerOptions {
  readonly source: string;
  /** `owner/name` */
  readonly repository: string;
  readonly oidc: OidcIssuer;
  /** Variables that the SDKs obey, such as AWS_ENDPOINT_URL. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * A GitHub runner on this machine: act, with the real workflow files and without containers. Like act, it does
 * not enforce permissions and concurrency.
 */
export async function prepareRunner(act: ActSetup, options: RunnerOptions): Promise<Runner> {
  const { oidc, env } = options;
  const { folders, actions, root } = act;
  const repository = join(root, 'repository');
  const commit = await copyRepository(options.source, repository, options.repository, PACK_FILES);
  const own = { [`${commit.repository}@${commit.sha}`]: repository };
  return {
    async dispatch({ workflow, inputs, until, name }, show) {
      const folder = join(repository, '.github/workflows');
      const file = until === undefined ? workflow : shortened(folder, workflow, until);
      const wanted = {
        name,
        repository,
        workflow: file,
        event: 'workflow_dispatch',
        payload: { inputs: await filledForm(repository, workflow, inputs, name) },
        local: { ...standInsOf(join(folder, file), actions), ...own },
        env: {
          ...env,
          ACTIONS_ID_TOKEN_REQUEST_URL: oidc.requestUrl,
          ACTIONS_ID_TOKEN_REQUEST_TOKEN: oidc.requestToken,
        },
      };
      return runByAct(folders, wanted, show);
    },
  };
}

/** The inputs of the form. The others are in a file, which is committed, and which the form then names. */
async function filledForm(
  repository: string,
  workflow: string,
  inputs: WorkflowInputs,
  name: string,
): Promise<WorkflowInputs> {
  const text = readFileSync(join(repository, '.github/workflows', workflow), 'utf8');
  const form: object = parse(text).on.workflow_dispatch.inputs;
  const isAsked = ([key]: readonly [string, string]) => key in form;
  const others = Object.entries(inputs).filter((input) => !isAsked(input));
  if (others.length === 0) return inputs;
  const path = `.github/inputs-${name}.yaml`;
  writeFileSync(join(repository, path), stringify(Object.fromEntries(others)));
  await commitAll(repository, name);
  return { ...Object.fromEntries(Object.entries(inputs).filter(isAsked)), 'config-file': path };
}

/** Writes a workflow that ends with a step. Returns its file name. */
function shortened(folder: string, workflow: string, id: string): string {
  const file = workflow.replace(/\.yml$/, `-until-${id}.yml`);
  writeFileSync(join(folder, file), upToStep(readFileSync(join(folder, workflow), 'utf8'), id));
  return file;
}

/** act's working folders, and the folder of the stand-ins for GitHub's own actions. */
export interface ActSetup {
  readonly root: string;
  readonly folders: ActFolders;
  readonly actions: string;
}

export async function prepareAct({ bin, runFolder, logFolder }: ActPlaces): Promise<ActSetup> {
  const root = join(runFolder, 'github');
  const [home, events] = [join(root, 'home'), join(root, 'events')];
  for (const folder of [home, events]) mkdirSync(folder, { recursive: true });
  const actions = join(root, 'actions');
  await standInActions(actions);
  const folders = { program: join(bin, 'act'), home, events, logs: logFolder };
  return { root, actions, folders: { ...folders, cache: join(root, 'cache') } };
}
