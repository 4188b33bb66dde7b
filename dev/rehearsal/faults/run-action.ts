import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '../../../src/connectivity/report/report.ts';
import { CHECKOUT } from '../../tools/checkout.ts';
import { run } from '../../tools/process.ts';
import { clientConfig } from '../account-view.ts';
import { LOG_FOLDER, RUN_FOLDER } from '../run-folder.ts';

type Inputs = Readonly<Record<string, string>>;

/** The exit code of an action, its output, and the path of its log. */
export interface ActionRun {
  readonly succeeded: boolean;
  readonly printed: string;
  readonly log: string;
}

/**
 * Runs an action from its sources against a cluster, like a step with AWS credentials and a kubeconfig.
 *
 * @param name the name of its log
 */
export async function runAction(
  action: 'configure-multus' | 'verify',
  name: string,
  inputs: Inputs,
): Promise<ActionRun> {
  const { endpoint, region, credentials } = clientConfig();
  const asInputs = Object.entries(inputs).map(([input, value]) => [
    `INPUT_${input.toUpperCase()}`,
    value,
  ]);
  const log = join(LOG_FOLDER, `${action}-${name.replaceAll(/[^a-z0-9]+/gi, '-')}.log`);
  const main = join(CHECKOUT, 'src', action, 'main.ts');
  const { PATH = '' } = process.env;
  const lines: string[] = [];
  const ended = run(process.execPath, [main], {
    onLine: (line) => lines.push(line),
    env: {
      PATH,
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      ...Object.fromEntries(asInputs),
    },
  });
  const succeeded = await ended.then(
    () => true,
    () => false,
  );
  const printed = lines.join('\n');
  await writeFile(log, printed);
  return { succeeded, printed, log };
}

/**
 * Runs verify and returns its report, whether its checks passed or not.
 *
 * @throws Error when there is no report.
 */
export async function runVerify(name: string, inputs: Inputs): Promise<Report> {
  const folder = join(RUN_FOLDER, 'verify');
  await rm(folder, { recursive: true, force: true });
  const { log } = await runAction('verify', name, { 'report-directory': folder, ...inputs });
  const report = await readFile(join(folder, 'report.json'), 'utf8').catch(() => undefined);
  if (report === undefined) throw new Error(`verify gave no report; see ${log}`);
  return JSON.parse(report) as Report;
}
