import type { Stack, StackSpec } from '../../cloudformation/stack-api.ts';
import { allOrFirstFailure } from '../../core/in-parallel.ts';
import { deployOne } from '../deploy.ts';
import { ofThisPack, type Pack, readPack } from '../pack.ts';
import { addNote, addWarning } from '../report.ts';
import { rollNodes } from '../rollout/roll-nodes.ts';
import type { Session } from '../session.ts';
import { sameStackSpec } from '../stack-parameters.ts';
import { isBehind } from './image-age.ts';
import { lookAtImages } from './look-at-images.ts';
import { isOpen } from './maintenance-window.ts';
import { type PresentEnvironment, presentEnvironment } from './present-environment.ts';

/**
 * Says how old the AMIs of an environment's nodes are. Within the window, replaces nodes whose AMI is not the recommended
 * one, and changes nothing else.
 *
 * @throws CloudError or ClusterError when there is no such environment, or the rollout cannot go on.
 */
export async function renew(session: Session): Promise<void> {
  const { account, inputs, report, stacks } = session;
  const all = await stacks.list();
  const present = presentEnvironment(inputs, account.accountId, all);
  report.outputs.environment = present.environment;
  report.outputs.asleep = present.environment.asleep === true;
  const images = await lookAtImages(session, present.nodeGroups);
  const behind = images.filter(isBehind).map(({ group }) => group);
  if (!isAllowed(session, behind)) return;
  const { base } = present;
  const rollout = { ...inputs.rollout, mode: 'auto' as const };
  await renewGroups({ ...session, inputs: { ...inputs, base, rollout } }, present);
}

/** Whether nodes may be replaced now. Says why not. */
function isAllowed(session: Session, behind: readonly string[]): boolean {
  const { clock, inputs } = session;
  const { window } = inputs;
  const what =
    behind.length === 0
      ? 'Every node has the recommended AMI.'
      : `Nodes of ${behind.join(', ')} have an older AMI.`;
  if (window === undefined) {
    addNote(session, `${what} No node is replaced, because no window is given.`);
    return false;
  }
  const open = isOpen(window, clock.now());
  const when = open ? 'is open' : 'is closed, so no node is replaced';
  addNote(session, `${what} The window ${window.text} ${when}.`);
  return open;
}

async function renewGroups(session: Session, present: PresentEnvironment): Promise<void> {
  const { inputs, log, packFile } = session;
  const pack = await readPack(packFile, inputs.environment);
  const { ours, others } = await ofThisPack(session, pack, present.nodeGroups);
  for (const { name } of others) {
    addWarning(
      session,
      `Stack ${name} has another template than this release of the pack, so its nodes stay. A deploy updates the stack, and replaces its nodes.`,
    );
  }
  const existing = new Map(ours.map((stack) => [stack.name, stack]));
  const deployed = await log.group('Node groups', () =>
    allOrFirstFailure(ours, async (stack) => ({
      stack: await deployOne(session, sameButImage(session, pack, stack), stack),
    })),
  );
  await rollNodes(session, { deployed, existing, infra: present.infra.outputs });
}

/** The stack as it is. CloudFormation looks the AMI up anew. */
function sameButImage(session: Session, { nodeGroup }: Pack, stack: Stack): StackSpec {
  const { parameters } = stack;
  return { ...sameStackSpec(session, stack), template: nodeGroup, parameters };
}
