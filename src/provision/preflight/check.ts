import { baseOf, fitToBase } from '../base-environment.ts';
import { ownNetwork } from '../choices/own-network.ts';
import type { Session } from '../session.ts';
import { preflight } from './preflight.ts';

/** Checks, by read-only calls, whether a deploy can succeed. */
export async function check(session: Session): Promise<void> {
  const { inputs, report, stacks } = session;
  const all = await stacks.list();
  if (inputs.base === undefined) {
    const own = await ownNetwork(session, all);
    report.network = own.network;
    await preflight(own.session, own.network, all, { always: true });
    return;
  }
  const fitted = fitToBase(inputs, baseOf(inputs.base, all), all);
  report.network = fitted.network;
  await preflight({ ...session, inputs: fitted.inputs }, fitted.network, all, { always: true });
}
