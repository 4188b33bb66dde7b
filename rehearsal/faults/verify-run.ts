import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '../../src/connectivity/report.ts';
import { clientConfig } from '../account-view.ts';
import { run } from '../process.ts';
import { CHECKOUT, LOG_FOLDER, RUN_FOLDER } from '../run-folder.ts';

/**
 * Runs the verify action from its sources against a cluster, as a step with AWS credentials and a kubeconfig would.
 *
 * @param name what its log is called
 * @throws Error when it gives no report.
 */
export async function runVerify(
  name: string,
  kubeconfig: string,
  inputs: Readonly<Record<string, string>>,
): Promise<Report> {
  const { endpoint, region, credentials } = clientConfig();
  const folder = join(RUN_FOLDER, 'verify');
  await rm(folder, { recursive: true, force: true });
  const given = { kubeconfig, 'report-directory': folder, ...inputs };
  const asInputs = Object.entries(given).map(([input, value]) => [
    `INPUT_${input.toUpperCase()}`,
    value,
  ]);
  const log = join(LOG_FOLDER, `verify-${name.replaceAll(/[^a-z0-9]+/gi, '-')}.log`);
  const { PATH = '' } = process.env;
  await run('sh', ['-c', 'exec "$0" "$1" >"$2" 2>&1', process.execPath, VERIFY, log], {
    env: {
      ...{ PATH, AWS_ENDPOINT_URL: endpoint, AWS_REGION: region },
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      ...Object.fromEntries(asInputs),
    },
  }).catch(() => undefined);
  const report = await readFile(join(folder, 'report.json'), 'utf8').catch(() => undefined);
  if (report === undefined) throw new Error(`verify gave no report; see ${log}`);
  return JSON.parse(report) as Report;
}

const VERIFY = join(CHECKOUT, 'src', 'verify', 'main.ts');
