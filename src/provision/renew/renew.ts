import type { Stack, StackSpec } from '../../cloudformation/stack-api.ts';
import { allOrFirstFailure } from '../../core/in-parallel.ts';
import { deployOne } from '../deploy.ts';
import { type Pack, readPack } from '../pack.ts';
import { addNote, addWarning } from '../report.ts';
import { rollNodes } from '../rollout/roll-nodes.ts';
import type { Session } from '../session.ts';
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
  const ours = await ofThisPack(session, pack, present.nodeGroups);
  const existing = new Map(ours.map((stack) => [stack.name, stack]));
  const deployed = await log.group('Node groups', () =>
    allOrFirstFailure(ours, async (stack) => ({
      stack: await deployOne(session, sameButImage(session, pack, stack), stack),
    })),
  );
  await rollNodes(session, { deployed, existing, infra: present.infra.outputs });
}

/**
 * The stacks that have this pack's template. Anybody who may create stacks can tag one as an environment's, so a template of
 * somebody else's is not deployed with the rights of this job. A newer template of the pack is what a deploy brings.
 */
async function ofThisPack(
  session: Session,
  { nodeGroup }: Pack,
  stacks: readonly Stack[],
): Promise<readonly Stack[]> {
  const ours: Stack[] = [];
  for (const stack of stacks) {
    const template = await session.stacks.template(stack.id);
    if (template === nodeGroup.text) ours.push(stack);
    else {
      addWarning(
        session,
        `Stack ${stack.name} has another template than this release of the pack, so its nodes stay. A deploy updates the stack, and replaces its nodes.`,
      );
    }
  }
  return ours;
}

/** The stack as it is. CloudFormation looks the AMI up anew. */
function sameButImage({ inputs, run }: Session, { nodeGroup }: Pack, stack: Stack): StackSpec {
  return {
    name: stack.name,
    template: nodeGroup,
    parameters: stack.parameters,
    tags: stack.tags,
    creationTags: {},
    onFailure: inputs.stackOptions.onFailure,
    allowReplacement: [],
    revertDrift: false,
    terminationProtection: undefined,
    roleArn: stack.roleArn,
    runId: run.id,
  };
}
