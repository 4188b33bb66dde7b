import type { KubernetesApi } from '../../src/kubernetes/api.ts';
import { readProvisionInputs } from '../../src/provision/inputs.ts';
import type { Report } from '../../src/provision/report.ts';
import { provision } from '../../src/provision/run.ts';
import { realDeps } from '../../src/provision/wiring.ts';
import { fastClock } from './fast-clock.ts';
import { recordingLog } from './recording-log.ts';

interface Options {
  /** How many times as fast as real time the action's clock goes. */
  readonly speed: number;
  /** Stands in for the API of every cluster. */
  readonly kubernetes: KubernetesApi;
}

/**
 * The provision action in this process, against the AWS of `AWS_ENDPOINT_URL`: for an AWS whose clusters have no
 * API server. Resolves with the report that it would publish.
 */
export async function provisionInProcess(
  texts: Readonly<Record<string, string>>,
  { speed, kubernetes }: Options,
): Promise<Report> {
  const inputs = readProvisionInputs((name) => texts[name] ?? '');
  const real = realDeps(inputs.region, inputs.role, { clock: fastClock(speed) });
  const reports: Report[] = [];
  await provision(inputs, {
    ...real,
    cleanUp: { ...real.cleanUp, kubernetes: () => kubernetes },
    log: recordingLog(),
    publish: async (report) => void reports.push(report),
  });
  const [report] = reports;
  if (report === undefined) throw new Error('nothing was published');
  return report;
}
