import type { Log } from '../core/log.ts';
import type { Patience } from '../core/retry.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { awaitRollout, type RolloutWait } from '../kubernetes/rollout.ts';
import { installWhereabouts, removeWhereabouts, WHEREABOUTS } from '../multus/whereabouts.ts';
import {
  applyNetworks,
  listDefinitions,
  pruneNetworks,
  usesWhereabouts,
} from '../networks/definition-store.ts';
import type { ConfigureInputs } from './inputs.ts';

/** How long a run waits, and where it says so. */
export type Wait = Patience & { readonly log: Log };

/**
 * Installs whereabouts if a network needs it, and applies the networks. With `prune`, removes networks of earlier runs
 * that are no longer listed, and whereabouts if nothing else uses it.
 */
export async function configureNetworks(
  connection: Connection,
  inputs: ConfigureInputs,
  wait: Wait,
): Promise<void> {
  const { attachments, pruneIn } = inputs;
  const { log } = wait;
  if (needsWhereabouts(inputs)) {
    await log.group('Install whereabouts', () =>
      installWhereabouts(
        connection,
        { image: inputs.whereaboutsImage, onlyFor: inputs.multus.onlyFor },
        log,
        wait,
      ),
    );
  }
  await log.group('Apply networks', () => applyNetworks(connection, attachments, log, wait));
  if (pruneIn.length === 0) return;
  await log.group('Remove networks that are no longer listed', async () => {
    await pruneNetworks(connection, attachments, pruneIn, log);
    if (!usesWhereabouts(await listDefinitions(connection)))
      await removeWhereabouts(connection, log);
  });
}

/** Waits until whereabouts runs on each node, if a network needs it. */
export async function awaitWhereabouts(
  connection: Connection,
  inputs: ConfigureInputs,
  wait: Wait & Pick<RolloutWait, 'leftOut'>,
): Promise<void> {
  if (!needsWhereabouts(inputs)) return;
  await wait.log.group('Wait for whereabouts', () =>
    awaitRollout(connection, { ...wait, ...WHEREABOUTS, atLeast: inputs.expectedNodes }),
  );
}

/** Whether a network takes its addresses from whereabouts. */
export function needsWhereabouts({ attachments }: ConfigureInputs): boolean {
  return attachments.some(({ ipam }) => ipam === 'whereabouts');
}
