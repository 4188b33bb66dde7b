import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from '../../tools/process.ts';
import { followWorkflow, type WorkflowResult } from './act-log.ts';

/** GitHub's own actions as our workflows pin them, and what `forAct` adds. act looks them up by these names. */
const GITHUB_ACTIONS = /actions\/(checkout|upload-artifact|enter-environment)@[0-9a-f]{40}/g;

export interface ActFolders {
  /** The program. */
  readonly program: string;
  readonly home: string;
  readonly cache: string;
  readonly logs: string;
  /** Where the events of runs are written. */
  readonly events: string;
}

/** The next run id. Ids rise with each run, as on GitHub. */
let lastRunId = 19_000_000_000;

export interface ActRun {
  /** The name in its log files: `workflow-<name>.log`. */
  readonly name: string;
  /** The folder of the repository with the workflow. */
  readonly repository: string;
  /** The workflow's file name. */
  readonly workflow: string;
  readonly event: string;
  readonly payload: unknown;
  readonly actor?: string;
  /** The folders of other repositories, by `owner/name@ref`. */
  readonly local: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  /** The run's GITHUB_TOKEN. */
  readonly token?: string;
  /** The repository's variables. */
  readonly vars?: Readonly<Record<string, string>>;
}

/** Runs one workflow with act. `show` receives each line that a person would see in the job's log. */
export async function runByAct(
  folders: ActFolders,
  wanted: ActRun,
  show: (line: string) => void,
): Promise<WorkflowResult> {
  const event = join(folders.events, `${wanted.name}.json`);
  writeFileSync(event, JSON.stringify(wanted.payload));
  lastRunId += 1;
  const env = {
    ...wanted.env,
    GITHUB_RUN_ID: String(lastRunId),
    REHEARSAL_ARTIFACTS: artifactFolder(folders, wanted.name),
  };
  const log = join(folders.logs, `workflow-${wanted.name}.log`);
  const following = followWorkflow();
  const keep = (line: string) => {
    const text = following.line(line);
    if (text === undefined) return;
    appendFileSync(log, `${text}\n`);
    show(text);
  };
  // act's exit code repeats the jobs' results, and these contain the reasons.
  await run(folders.program, actArguments({ ...wanted, env }, event), {
    cwd: wanted.repository,
    env: {
      ...withoutProxies(process.env),
      HOME: folders.home,
      XDG_CACHE_HOME: folders.cache,
      // GitHub's runners have kubectl, which is beside act here.
      PATH: `${dirname(folders.program)}:${process.env['PATH']}`,
    },
    onLine: keep,
  }).catch((error: unknown) => {
    if (!existsSync(log)) throw error;
  });
  const result = following.result();
  writeFileSync(log.replace(/\.log$/, '-summary.md'), result.summary);
  return result;
}

/** Where what a run uploads is kept, in a folder for each artifact. */
export function artifactFolder({ logs }: Pick<ActFolders, 'logs'>, run: string): string {
  return join(logs, 'artifacts', run);
}

/** All that a job speaks to is on this machine, under names that a proxy does not know. */
function withoutProxies(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(https?|all)_proxy$/i.test(name)),
  );
}

/** GitHub's own actions that a workflow uses, by name and commit, each with its stand-in's folder in `actions`. */
export function standInsOf(
  workflowFile: string,
  actions: string,
): Readonly<Record<string, string>> {
  const used = [...readFileSync(workflowFile, 'utf8').matchAll(GITHUB_ACTIONS)];
  return Object.fromEntries(used.map(([action, name = '']) => [action, join(actions, name)]));
}

function actArguments(wanted: ActRun, event: string): readonly string[] {
  const { actor, token, local, env, vars = {} } = wanted;
  const loopback = '127.0.0.1';
  return [
    wanted.event,
    '--workflows',
    join('.github/workflows', wanted.workflow),
    ...(actor === undefined ? [] : ['--actor', actor]),
    ...(token === undefined ? [] : ['--secret', `GITHUB_TOKEN=${token}`]),
    '--eventpath',
    event,
    '--platform',
    'ubuntu-latest=-self-hosted',
    ...Object.entries(local).flatMap(([name, folder]) => [
      '--local-repository',
      `https://github.com/${name}=${folder}`,
    ]),
    // Without these, act looks for an outside address of the machine, which a closed one has not.
    '--no-cache-server',
    '--cache-server-addr',
    loopback,
    '--artifact-server-addr',
    loopback,
    ...Object.entries(vars).flatMap(([name, value]) => ['--var', `${name}=${value}`]),
    ...Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    '--json',
  ];
}
