import type { DeployedStack } from '../../cloudformation/deploy-stack.ts';
import type { Stack, StackSpec } from '../../cloudformation/stack-api.ts';
import { alongside } from '../../core/in-parallel.ts';
import { isAsleep } from '../../environment/asleep.ts';
import { believedAmong } from '../../environment/believed-stacks.ts';
import type { Base } from '../base-environment.ts';
import type { Pack } from '../pack.ts';
import type { Session } from '../session.ts';
import { turnGroups } from './turn-groups.ts';

/** The node groups of a base that sleep. Only stacks with the role of its own stack are believed. Pure. */
export function sleepingGroups(base: Base, all: readonly Stack[]): readonly Stack[] {
  const own = believedAmong(all, base.name, base.stack.roleArn);
  return own.filter((stack) => stack.name !== base.name && isAsleep(stack));
}

/**
 * Wakes a base that sleeps while `work` deploys on its cluster. Pods of the cluster itself, such as CoreDNS, run on its nodes.
 *
 * @throws what `work` throws, and CloudError when a group of the base cannot be woken.
 */
export async function whileBaseWakes<R>(
  session: Session,
  { base, all, pack }: { readonly base: Base; readonly all: readonly Stack[]; readonly pack: Pack },
  deployOne: (spec: StackSpec, seen: Stack | undefined) => Promise<DeployedStack>,
  work: () => Promise<R>,
): Promise<R> {
  const stacks = sleepingGroups(base, all);
  if (stacks.length === 0) return work();
  session.log.info(`${base.name} sleeps, and is woken`);
  return alongside(turnGroups(session, pack, { turn: 'wake', stacks }, deployOne), work);
}
