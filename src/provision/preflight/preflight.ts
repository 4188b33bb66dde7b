import type { Stack } from '../../cloudformation/stack-api.ts';
import { CloudError } from '../../core/errors.ts';
import type { NetworkPlan } from '../../vpc/plan.ts';
import { checkLaterSteps } from '../choices/check-later-steps.ts';
import { warnOfTaints } from '../node-extras/dns-room.ts';
import { checkPrice } from '../price/check-price.ts';
import { addNote, addPreflight } from '../report.ts';
import type { Session } from '../session.ts';
import { versionChange } from '../upgrade/version-change.ts';
import { zoneNotes } from '../zones/zone-notes.ts';
import { type CheckResult, runChecks } from './checks/checks.ts';
import { sentence } from './checks/finding.ts';
import { makesStacks, setUpOf } from './set-up.ts';

/**
 * Looks for everything that would make a deploy fail, before anything is made: by read-only calls, all problems
 * together, each with its fix. Does nothing when all stacks exist and keep their version of Kubernetes, unless `always`.
 *
 * @param all all stacks of the account and region
 * @throws InputError when configure-multus or verify could not do what they are asked for, or when it costs too much.
 * @throws CloudError that names every problem.
 */
export async function preflight(
  session: Session,
  network: NetworkPlan,
  all: readonly Stack[],
  { always = false } = {},
): Promise<void> {
  const { account, bucket, inputs, log } = session;
  for (const note of zoneNotes(inputs.nodeGroups)) addNote(session, note);
  await checkPrice(session, network);
  checkLaterSteps(session, network, all);
  warnOfTaints(session);
  const setUp = setUpOf({ inputs, account, bucket: bucket.name }, network, all);
  if (!always && !makesStacks(setUp) && versionChange(setUp) === undefined) return;
  const results = await log.group('Preflight', async () => {
    const found = runChecks(setUp, await session.gather(setUp));
    for (const line of found.flatMap(logLines)) log.info(line);
    return found;
  });
  addPreflight(session, results);
  const problems = results.flatMap(({ findings }) =>
    findings.filter(({ level }) => level === 'problem'),
  );
  if (problems.length === 0) return;
  const lines = problems.map((one) => `- ${sentence(one)}`);
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  throw new CloudError({
    resource: `Preflight of environment ${inputs.environment} in ${inputs.region}`,
    reason: `${count}, and nothing was made:\n${lines.join('\n')}`,
    nextStep:
      'correct what the list names, then run the action again; command check makes only these checks',
  });
}

function logLines({ name, findings, unknown }: CheckResult): readonly string[] {
  const lines = [
    ...findings.map((one) => `${name}: ${one.level}: ${sentence(one)}`),
    ...unknown.map((reason) => `${name}: not checked: ${reason}`),
  ];
  return lines.length === 0 ? [`${name}: good`] : lines;
}
