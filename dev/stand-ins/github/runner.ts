import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ActFolders, runByAct, standInsOf } from './act.ts';
import type { WorkflowResult } from './act-log.ts';
import type { OidcIssuer } from './oidc.ts';
import { copyRepository, standInActions } from './repository.ts';

/** The inputs of a workflow, by name. */
export type WorkflowInputs = Readonly<Record<string, string>>;

export interface Runner {
  /**
   * Starts one workflow of the repository by hand, as `workflow_dispatch` does. `show` receives each line that
   * a person would see in the job's log.
   */
  dispatch(request: Dispatch, show: (line: string) => void): Promise<WorkflowResult>;
}

export interface Dispatch {
  /** Its file name. */
  readonly workflow: string;
  readonly inputs: WorkflowInputs;
  /** Runs only this job and the jobs that it needs. */
  readonly job?: string;
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
 * not enforce permissions, concurrency and environments.
 */
export async function prepareRunner(act: ActSetup, options: RunnerOptions): Promise<Runner> {
  const { oidc, env } = options;
  const { folders, actions, root } = act;
  const repository = join(root, 'repository');
  await copyRepository(options.source, repository, options.repository);
  return {
    dispatch({ workflow, inputs, job, name }, show) {
      const file = join(repository, '.github/workflows', workflow);
      const wanted = {
        name,
        repository,
        workflow,
        job,
        event: 'workflow_dispatch',
        payload: { inputs },
        local: standInsOf(file, actions),
        env: {
          ...env,
          ACTIONS_ID_TOKEN_REQUEST_URL: oidc.requestUrl,
          ACTIONS_ID_TOKEN_REQUEST_TOKEN: oidc.requestToken,
          REHEARSAL_REPOSITORIES: JSON.stringify({ [options.repository]: repository }),
        },
      };
      return runByAct(folders, wanted, show);
    },
  };
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
