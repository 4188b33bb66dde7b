import { minuteOf } from '../../core/clock.ts';
import { code, link, type Markdown, md, withRow } from '../../github/markdown.ts';
import { AWAKE_LABEL } from './awake-label.ts';

/** What the comment tells about the sleep of a preview. */
export interface SleepFacts {
  /** How the attempt to change its sleep has ended. */
  readonly status: 'success' | 'failure' | 'cancelled';
  /** Whether its nodes are gone. */
  readonly asleep: boolean;
  /** What an hour asleep costs, in words. */
  readonly price: string | undefined;
  readonly runUrl: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const TITLE = /^(### Multus preview .*): [^:\n]*$/m;
const ROW = 'Sleep';

/**
 * The comment about a preview that sleeps now, or has woken. A comment about one that was awake and still is stays as it is: undefined.
 * Pure.
 */
export function sleepComment(comment: string, facts: SleepFacts): string | undefined {
  if (facts.status !== 'success') return withRow(comment, ROW, failedCell(facts));
  if (!facts.asleep && !/: asleep$/m.test(comment)) return undefined;
  const state = facts.asleep ? 'asleep' : 'awake';
  const titled = comment.replace(TITLE, (_, name: string) => `${name}: ${state}`);
  return withRow(titled, ROW, facts.asleep ? asleepCell(facts) : awakeCell(facts));
}

function asleepCell({ now, price, runUrl }: SleepFacts): Markdown {
  const costs = price === undefined ? '' : ` It costs ${price}.`;
  return md`no nodes since ${minuteOf(now)} (${link('run', runUrl)}).${costs} To wake it, push a commit or add the label ${code(AWAKE_LABEL)}, which also keeps it awake. If the label is there already, remove it first`;
}

function awakeCell({ now, runUrl }: SleepFacts): Markdown {
  return md`woken at ${minuteOf(now)} (${link('run', runUrl)}). The checks above are of the time before: push a commit to run them again`;
}

function failedCell({ status, runUrl }: SleepFacts): Markdown {
  const how = status === 'cancelled' ? 'was cancelled' : 'failed';
  return md`❌ the last attempt to let it sleep or wake ${how} (${link('run', runUrl)})`;
}
