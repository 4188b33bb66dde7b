import { z } from 'zod';

/** So many results are kept: a hundred days of a check each day. */
const MOST_RESULTS = 100;
/** So many failures of one result are kept. */
export const MOST_FAILURES = 20;
const LONGEST = 400;
/** More than the longest history has. */
export const MOST_BYTES = 4_000_000;

const shortText = z.string().max(LONGEST + 1);

const failureSchema = z.object({
  /** What fails, in the words of the check: `reachability sampleapp-1 net1 → sampleapp-2 net1`. */
  what: shortText,
  /** What was seen. */
  seen: shortText,
  /** What it means and what to do; empty when nobody knows. */
  advice: shortText,
});

const resultSchema = z.object({
  /** When the check ended. */
  at: z.iso.datetime(),
  /** The page of the run on GitHub. */
  run: z.url({ protocol: /^https?$/ }).max(LONGEST),
  well: z.boolean(),
  /** How many checks verify made, and how many failed; null when there is no report. */
  checks: z.object({ passed: z.number(), failed: z.number() }).nullable(),
  failures: z.array(failureSchema).max(MOST_FAILURES),
  /** How many days the oldest AMI of a node is behind the recommended one; null when nobody knows. */
  daysBehind: z.number().nullable(),
});

const historySchema = z.object({
  schema: z.literal(1),
  environment: z.string(),
  region: z.string(),
  /** Oldest first. */
  results: z.array(resultSchema).max(MOST_RESULTS),
});

export type FoundFailure = z.infer<typeof failureSchema>;
/** What one run found. */
export type Result = z.infer<typeof resultSchema>;
/** What the runs for one environment found. */
export type History = z.infer<typeof historySchema>;

/** The history of an environment that no run has looked at. */
export function newHistory(environment: string, region: string): History {
  return { schema: 1, environment, region, results: [] };
}

/** Reads a history that an earlier run has kept; undefined when it is none of this environment. Pure. */
export function readHistory(text: string, { environment, region }: History): History | undefined {
  try {
    const { data } = historySchema.safeParse(JSON.parse(text));
    return data?.environment === environment && data.region === region ? data : undefined;
  } catch {
    return undefined;
  }
}

/** The history with one more result. The oldest ones give way. Pure. */
export function withResult(history: History, result: Result): History {
  return { ...history, results: [...history.results, result].slice(-MOST_RESULTS) };
}

/** A failure, and since when it has been one. */
export interface LastingFailure extends FoundFailure {
  readonly since: string;
}

/** An environment that is not well. */
export interface Trouble {
  /** The newest result. */
  readonly now: Result;
  /** The first of the results since which the environment has not been well. */
  readonly first: Result;
  /** The last result before that; undefined when no run has found the environment well. */
  readonly lastWell: Result | undefined;
  readonly failures: readonly LastingFailure[];
  /** What the result before did not have. */
  readonly added: readonly string[];
  /** What only the result before had. */
  readonly gone: readonly string[];
}

/** What is wrong by the newest result; undefined when nothing is. Pure. */
export function troubleOf({ results }: History): Trouble | undefined {
  const now = results.at(-1);
  if (now === undefined || now.well) return undefined;
  const lastWell = results.findLast(({ well }) => well);
  const since = lastWell === undefined ? 0 : results.lastIndexOf(lastWell) + 1;
  const troubled = results.slice(since);
  const named = (result: Result | undefined) => result?.failures.map(({ what }) => what) ?? [];
  const [before, present] = [named(troubled.at(-2)), named(now)];
  return {
    now,
    first: troubled[0] ?? now,
    lastWell,
    failures: now.failures.map((failure) => ({ ...failure, since: sinceOf(failure, troubled) })),
    added: present.filter((what) => !before.includes(what)),
    gone: before.filter((what) => !present.includes(what)),
  };
}

/** From when on each result has the failure. */
function sinceOf({ what }: FoundFailure, troubled: readonly Result[]): string {
  const without = troubled.findLastIndex(
    ({ failures }) => !failures.some((failure) => failure.what === what),
  );
  return troubled[without + 1]?.at ?? '';
}

/** A text that is short enough to be kept. Pure. */
export function shortened(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}
