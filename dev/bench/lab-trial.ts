import type { KubernetesApi } from '../../src/kubernetes/api.ts';
import { readProvisionInputs } from '../../src/provision/inputs.ts';
import { provision } from '../../src/provision/run.ts';
import { realDeps } from '../../src/provision/wiring.ts';
import type { FastClock } from '../testing/fakes/fast-clock.ts';
import { LAB_INPUTS } from '../testing/samples/lab-inputs.ts';
import { type Operation, observed } from './observed-stacks.ts';

/**
 * One run of the action: its duration and its stack operations. Times are milliseconds on the run's clock.
 */
export interface LabRun {
  readonly wallMs: number;
  readonly operations: readonly Operation[];
  /** The shortest time in which the stacks can be done: the infra stack and then the slowest node group. */
  readonly criticalPathMs: number;
}

/** Deploys or destroys the lab, as `runInputs` does. */
export function runLab(command: 'deploy' | 'destroy', clock: FastClock): Promise<LabRun> {
  return runInputs({ ...LAB_INPUTS, command }, clock);
}

/**
 * Runs the action with these inputs, in this process, against the endpoint in `AWS_ENDPOINT_URL`. Only two
 * things differ from the real action: its clock is fast, and it publishes nothing.
 *
 * @param kubernetes stands in for the API of every cluster; without it, clusters do not answer
 */
export async function runInputs(
  texts: Readonly<Record<string, string>>,
  clock: FastClock,
  kubernetes?: KubernetesApi,
): Promise<LabRun> {
  const inputs = readProvisionInputs((name) => texts[name] ?? '');
  const real = realDeps(inputs.region, inputs.role, { clock });
  const { api, operations } = observed(real.stacks, clock);
  const quiet = { info: () => undefined, warn: () => undefined };
  const log = { ...quiet, group: <T>(_: string, work: () => Promise<T>) => work() };
  const answering = kubernetes === undefined ? {} : { kubernetes: () => kubernetes };
  const cleanUp = { ...real.cleanUp, ...answering };
  const publish = async () => undefined;
  const began = clock.now();
  await provision(inputs, { ...real, stacks: api, cleanUp, log, publish });
  const wallMs = clock.now() - began;
  const criticalPathMs = criticalPath(operations(), inputs.environment);
  return { wallMs, operations: operations(), criticalPathMs };
}

function criticalPath(operations: readonly Operation[], environment: string): number {
  const longest = (infra: boolean) =>
    Math.max(
      0,
      ...operations
        .filter(({ stackName }) => (stackName === environment) === infra)
        .map(({ beganAt, endedAt }) => endedAt - beganAt),
    );
  return longest(true) + longest(false);
}
