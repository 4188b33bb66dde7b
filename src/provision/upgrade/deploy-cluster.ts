import type { DeployedStack } from '../../cloudformation/deploy-stack.ts';
import type { Stack, StackSpec } from '../../cloudformation/stack-api.ts';
import type { NetworkPlan } from '../../vpc/plan.ts';
import type { Pack } from '../pack.ts';
import type { Session } from '../session.ts';
import { infraSpec } from '../stack-parameters.ts';
import { behindAddons } from './behind-addons.ts';
import { versionChange } from './version-change.ts';

/** Deploys one stack. `seen` is the stack as it is known to be; undefined when that may have changed. */
export type DeployOne = (spec: StackSpec, seen: Stack | undefined) => Promise<DeployedStack>;

/**
 * Deploys the stack with the cluster. An upgrade of Kubernetes is an update of its own, after all other changes and before
 * that of the add-ons: CloudFormation rolls back a whole update when one resource fails, and then it would have to take
 * the control plane back, too. That leaves a stack which nobody can update
 * (https://github.com/aws/containers-roadmap/issues/497). A run that finds a part done goes on with the next.
 *
 * @param present the stack as it was when the run began; undefined when it did not exist
 */
export async function deployCluster(
  session: Session,
  { pack, network }: { readonly pack: Pack; readonly network: NetworkPlan },
  present: Stack | undefined,
  deployOne: DeployOne,
): Promise<DeployedStack> {
  const { inputs, log } = session;
  const name = inputs.environment;
  const change = versionChange({ inputs, infra: present });
  const first = infraSpec(session, pack, network, {
    keepsVersion: change !== undefined,
    isNew: present === undefined,
  });
  let stack = await log.group(`Stack ${name}`, () => deployOne(first, present));
  if (change !== undefined) {
    const { from, to } = change;
    const spec = oneChange(infraSpec(session, pack, network));
    const upgraded = await log.group(`Control plane of ${name}: Kubernetes ${from} to ${to}`, () =>
      deployOne(spec, undefined),
    );
    stack = together(stack, upgraded);
  }
  if (present === undefined) return stack;
  const addons = await behindAddons(session, stack.outputs);
  if (addons === undefined) return stack;
  const spec = oneChange(infraSpec(session, pack, network, { addons }));
  const updated = await log.group(`Add-ons of ${name}`, () => deployOne(spec, undefined));
  return together(stack, updated);
}

/** The first step has undone what somebody changed outside CloudFormation, if it is to be undone. */
function oneChange(spec: StackSpec): StackSpec {
  return { ...spec, revertDrift: false };
}

function together(before: DeployedStack, after: DeployedStack): DeployedStack {
  return {
    ...after,
    outcome: after.outcome === 'unchanged' ? before.outcome : after.outcome,
    durationMs: before.durationMs + after.durationMs,
  };
}
