import { HOUR_MS } from '../../core/clock.ts';
import { belongsTo } from '../../environment/owner.ts';
import { deployedAfter } from '../../github/deployments.ts';
import { type Markdown, md, table } from '../../github/markdown.ts';
import { readPullRequest } from '../../github/pull-request.ts';
import { hasLabel } from '../decide.ts';
import type { TurningEnvironment } from '../outputs.ts';
import type { Session } from '../session.ts';
import { environmentsOf, type TaggedEnvironment } from '../tagged-environments.ts';
import { AWAKE_LABEL } from './awake-label.ts';

/**
 * Finds the environments of this repository that are to sleep or to wake: its previews, and those that the input `bases` names.
 * Changes nothing.
 */
export async function listIdle(session: Session): Promise<void> {
  const { inputs, run, log } = session;
  const all = environmentsOf(await session.stacks.list(), inputs.serviceRole);
  const own = all.filter((one) => belongsTo(one, run));
  for (const name of inputs.bases) {
    if (own.some((one) => one.name === name)) continue;
    log.warn(`${name}, which bases names, is no environment of ${run.repository} in this region`);
  }
  const isBase = ({ name }: TaggedEnvironment) => inputs.bases.includes(name);
  const asked = own.filter((one) => isBase(one) || one.pullRequest !== undefined);
  const judged = [];
  for (const environment of asked) {
    const known = await knowledgeOf(session, environment);
    const why = whyItStays(environment, { ...known, ...inputs });
    log.info(`${environment.name}: ${why ?? inputs.turn}`);
    judged.push({ environment, why });
  }
  const turning = judged.filter(({ why }) => why === undefined);
  const [bases, environments] = [true, false].map((wanted) =>
    turning.flatMap(({ environment }) =>
      isBase(environment) === wanted ? [item(environment)] : [],
    ),
  );
  session.setOutputs({ 'to-turn': environments ?? [], 'bases-to-turn': bases ?? [] });
  await session.addSummary(summary(session, judged));
}

/** What GitHub knows about an environment that is awake. */
export interface Idleness {
  /** The labels of its pull request. */
  readonly labels: readonly string[];
  /** Whether a deploy has begun within `idle-hours`. */
  readonly isBusy: boolean;
}

/** Asks GitHub only when that can change something. */
async function knowledgeOf(
  { github, inputs, now }: Session,
  { asleep, name, pullRequest }: TaggedEnvironment,
): Promise<Idleness> {
  if (inputs.turn === 'wake' || asleep || pullRequest === undefined) {
    return { labels: [], isBusy: false };
  }
  const facts = await readPullRequest(github, pullRequest);
  const began = now() - inputs.idleHours * HOUR_MS;
  return { labels: facts?.labels ?? [], isBusy: await deployedAfter(github, name, began) };
}

/** What was asked for. */
interface Asked {
  readonly turn: 'sleep' | 'wake';
  readonly idleHours: number;
}

/** Why an environment neither goes to sleep nor wakes; undefined when it does. Pure. */
export function whyItStays(
  { asleep }: Pick<TaggedEnvironment, 'asleep'>,
  { turn, idleHours, labels, isBusy }: Idleness & Asked,
): string | undefined {
  if (turn === 'wake') return asleep ? undefined : 'awake already';
  if (asleep) return 'asleep already';
  if (hasLabel(labels, AWAKE_LABEL)) return `its pull request has the label ${AWAKE_LABEL}`;
  return isBusy ? `a deploy has begun less than ${idleHours} hours ago` : undefined;
}

function item({ name, pullRequest }: TaggedEnvironment): TurningEnvironment {
  return { name, 'pull-request': String(pullRequest ?? '') };
}

interface Judged {
  readonly environment: TaggedEnvironment;
  readonly why: string | undefined;
}

function summary({ inputs, run }: Session, judged: readonly Judged[]): string {
  const rows = judged.map(
    ({ environment: { name, pullRequest, asleep }, why }): (string | Markdown)[] => [
      name,
      pullRequest === undefined ? '' : md`#${pullRequest}`,
      asleep ? 'asleep' : 'awake',
      why === undefined ? `to ${inputs.turn}` : `stays: ${why}`,
    ],
  );
  const title = md`## Environments of ${run.repository} in ${inputs.region ?? ''}`.text;
  const shown =
    rows.length === 0 ? 'None.' : table(['Environment', 'Pull request', 'Now', 'Then'], rows);
  return `${title}\n\n${shown}\n`;
}
