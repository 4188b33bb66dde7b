import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkflowInputs } from '../fixtures/fixture.ts';
import { run } from '../process.ts';
import { followWorkflow, type WorkflowResult } from './act-log.ts';
import type { OidcIssuer } from './oidc.ts';
import { checkoutAction, copyRepository } from './repository.ts';

/** What our workflows call actions/checkout, with the commit that they pin; act asks for it by that name. */
const CHECKOUT = /actions\/checkout@[0-9a-f]{40}/;

export interface Runner {
  /**
   * Runs one workflow of the repository, by hand, as `workflow_dispatch` does.
   * `show` gets each line that a person would see in the job's log.
   */
  dispatch(request: Dispatch, show: (line: string) => void): Promise<WorkflowResult>;
}

export interface Dispatch {
  /** Its file name. */
  readonly workflow: string;
  readonly inputs: WorkflowInputs;
  /** Runs this job and those that it needs, instead of all. */
  readonly job?: string;
  /** What its logs are called: `workflow-<name>.log`. */
  readonly name: string;
}

export interface RunnerOptions {
  /** The folder of act and the other built programs. */
  readonly bin: string;
  readonly source: string;
  /** `owner/name` */
  readonly repository: string;
  readonly runFolder: string;
  readonly logFolder: string;
  readonly oidc: OidcIssuer;
  /** What the SDKs obey: AWS_ENDPOINT_URL and the like. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * A GitHub runner on this machine: act, with the real workflow files and no container. Leaves out what
 * act leaves out: permissions, concurrency and environments are not enforced.
 */
export async function prepareRunner(options: RunnerOptions): Promise<Runner> {
  const folder = join(options.runFolder, 'github');
  const repository = join(folder, 'repository');
  const checkout = join(folder, 'checkout');
  const home = join(folder, 'home');
  mkdirSync(home, { recursive: true });
  await copyRepository(options.source, repository, options.repository);
  await checkoutAction(checkout);

  return {
    async dispatch({ workflow, inputs, job, name }, show) {
      const event = join(folder, `${name}.json`);
      writeFileSync(event, JSON.stringify({ inputs }));
      const log = join(options.logFolder, `workflow-${name}.log`);
      const following = followWorkflow();
      const keep = (line: string) => {
        const text = following.line(line);
        if (text === undefined) return;
        appendFileSync(log, `${text}\n`);
        show(text);
      };
      const args = actArguments({ workflow, job, event, checkout, repository, options });
      // act's exit code says the same as the jobs' results, which carry the reasons.
      await run(join(options.bin, 'act'), args, {
        cwd: repository,
        env: { ...process.env, HOME: home, XDG_CACHE_HOME: join(folder, 'cache') },
        onLine: keep,
      }).catch((error: unknown) => {
        if (!existsSync(log)) throw error;
      });
      const result = following.result();
      writeFileSync(log.replace(/\.log$/, '-summary.md'), result.summary);
      return result;
    },
  };
}

function actArguments(given: {
  readonly workflow: string;
  readonly job: string | undefined;
  readonly event: string;
  readonly checkout: string;
  readonly repository: string;
  readonly options: RunnerOptions;
}): readonly string[] {
  const { oidc, env } = given.options;
  const file = join('.github/workflows', given.workflow);
  const [action] = CHECKOUT.exec(readFileSync(join(given.repository, file), 'utf8')) ?? [];
  const jobEnvironment: Readonly<Record<string, string>> = {
    ...env,
    ACTIONS_ID_TOKEN_REQUEST_URL: oidc.requestUrl,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: oidc.requestToken,
    REHEARSAL_REPOSITORY: given.repository,
  };
  return [
    'workflow_dispatch',
    ...['--workflows', file],
    ...(given.job === undefined ? [] : ['--job', given.job]),
    ...['--eventpath', given.event],
    ...['--platform', 'ubuntu-latest=-self-hosted'],
    ...['--local-repository', `https://github.com/${action}=${given.checkout}`],
    // Without these, act looks for an outside address of the machine, which a closed one has not.
    ...[
      '--no-cache-server',
      '--cache-server-addr',
      '127.0.0.1',
      '--artifact-server-addr',
      '127.0.0.1',
    ],
    ...Object.entries(jobEnvironment).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    '--json',
  ];
}
