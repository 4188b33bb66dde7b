import { allOrFirstFailure } from '../../core/in-parallel.ts';
import { believedAmong } from '../../environment/believed-stacks.ts';
import { isGuard } from '../../environment/guard-stack.ts';
import { deployOne } from '../deploy.ts';
import { readTemplate } from '../pack.ts';
import { addNote } from '../report.ts';
import type { Session } from '../session.ts';
import { sameStackSpec } from '../stack-parameters.ts';
import { guardTimes } from './guard-times.ts';

/**
 * Moves the guards of an environment to its renewed expiry, and changes nothing else. An environment without guards stays
 * without.
 *
 * @throws CloudError when a guard cannot be moved.
 */
export async function extend(session: Session): Promise<void> {
  const { clock, inputs, packFile, stacks } = session;
  const { environment, renewedTo: expiresAt } = inputs;
  const { roleArn } = inputs.stackOptions;
  const guards = believedAmong(await stacks.list(), environment, roleArn).filter(isGuard);
  if (guards.length === 0 || expiresAt === undefined) {
    addNote(session, `${environment} has no guard that could be moved.`);
    return;
  }
  const template = await readTemplate(packFile, 'guard.yaml');
  await allOrFirstFailure(guards, (guard) => {
    const hasCluster = guard.parameters['GuardedStack'] === environment;
    const times = guardTimes({ expiresAt, now: clock.now(), hasCluster }, guard.parameters);
    return deployOne(
      session,
      { ...sameStackSpec(session, guard), template, parameters: { ...guard.parameters, ...times } },
      guard,
    );
  });
}
