import { baseOf, checkHasOwnCluster, fitToBase } from '../base-environment.ts';
import { plannedNetwork } from '../inputs.ts';
import type { Session } from '../session.ts';
import { preflight } from './preflight.ts';

/** Checks, by read-only calls, whether a deploy can succeed. */
export async function check(session: Session): Promise<void> {
  const { inputs, report, stacks } = session;
  const all = await stacks.list();
  if (inputs.base === undefined) {
    checkHasOwnCluster(inputs.environment, all);
    const network = plannedNetwork(inputs);
    report.network = network;
    await preflight(session, network, all, { always: true });
    return;
  }
  const fitted = fitToBase(inputs, baseOf(inputs.base, all), all);
  report.network = fitted.network;
  await preflight({ ...session, inputs: fitted.inputs }, fitted.network, all, { always: true });
}
