import { fastClock } from '../../../dev/testing/fakes/fast-clock.ts';
import { recordingLog } from '../../../dev/testing/fakes/recording-log.ts';
import { idToken } from '../../github/id-token.ts';
import type { KubernetesApi } from '../../kubernetes/api.ts';
import { type ClusterSettings, readProvisionInputs } from '../inputs.ts';
import type { Report } from '../report.ts';
import { provision } from '../run.ts';
import type { ProvisionDeps } from '../session.ts';
import { realDeps } from '../wiring.ts';

interface Options {
  /** How many times faster than real time the action's clock runs. */
  readonly speed: number;
  /** Replaces the API of every cluster. */
  readonly kubernetes: KubernetesApi;
  /** Replaces the way into the cluster whose nodes are drained. */
  readonly connect?: ProvisionDeps['rollout']['connect'];
  /** What a cluster of others has inside. */
  readonly inside?: ClusterSettings['inside'];
  /** Replaces what knows the add-ons of clusters. */
  readonly addons?: ProvisionDeps['addons'];
  /** Reads the pack's files, for a pack that differs from this one. */
  readonly packFile?: ProvisionDeps['packFile'];
}

/**
 * Runs the provision action in this process, against the AWS of `AWS_ENDPOINT_URL`, whose clusters need no API server.
 * Returns the report that the action would publish.
 *
 * @throws what the action would fail with.
 */
export async function provisionInProcess(
  texts: Readonly<Record<string, string>>,
  options: Options,
): Promise<Report> {
  const { report, failure } = await tryInProcess(texts, options);
  if (failure !== undefined) throw failure;
  return report;
}

/** The same for runs that fail: the report, and what the action would fail with. */
export async function tryInProcess(
  texts: Readonly<Record<string, string>>,
  options: Options,
): Promise<{ readonly report: Report; readonly failure: unknown }> {
  const { speed, kubernetes, inside = { unknown: 'it has no API server' } } = options;
  const inputs = readProvisionInputs((name) => texts[name] ?? '');
  const tokens = { idToken, mask: () => undefined };
  const real = realDeps(inputs.region, inputs.role, { clock: fastClock(speed), tokens });
  const reports: Report[] = [];
  const failure = await provision(inputs, {
    ...real,
    addons: options.addons ?? real.addons,
    givenCluster: { ...real.givenCluster, inside: async () => inside },
    packFile: options.packFile ?? real.packFile,
    rollout: { ...real.rollout, connect: options.connect ?? real.rollout.connect },
    cleanUp: { ...real.cleanUp, kubernetes: () => kubernetes },
    log: recordingLog(),
    notice: () => undefined,
    publish: async (report) => void reports.push(report),
  }).then(
    () => undefined,
    (error: unknown) => error,
  );
  const [report] = reports;
  if (report === undefined) throw failure ?? new Error('nothing was published');
  return { report, failure };
}
