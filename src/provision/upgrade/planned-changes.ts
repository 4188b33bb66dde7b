import type { Stack } from '../../cloudformation/stack-api.ts';
import { hasWorked } from '../../cloudformation/stack-status.ts';
import { addNote } from '../report.ts';
import type { Session } from '../session.ts';
import type { InfraChanges } from '../stack-parameters.ts';
import { behindAddons } from './behind-addons.ts';
import { versionChange } from './version-change.ts';

/**
 * What a deploy would change of the infra stack beside the inputs: the versions of add-ons. Says in which steps it would upgrade Kubernetes.
 *
 * @param all all stacks of the account and region
 */
export async function plannedChanges(
  session: Session,
  all: readonly Stack[],
): Promise<InfraChanges> {
  const { inputs } = session;
  const infra = all.find(({ name, status }) => name === inputs.environment && hasWorked(status));
  if (infra === undefined) return { isNew: true };
  const change = versionChange({ inputs, infra });
  if (change !== undefined) {
    const { from, to } = change;
    addNote(
      session,
      `Kubernetes ${from} to ${to}, one step after another: all other changes, the control plane, the add-ons, the nodes.`,
    );
  }
  const updates = (await behindAddons(session, infra.outputs, change?.to)) ?? {};
  const named = Object.entries(updates).map(([parameter, version]) => `${parameter} ${version}`);
  if (named.length > 0) addNote(session, `Add-ons that a deploy updates: ${named.join(', ')}.`);
  return { addons: updates };
}
