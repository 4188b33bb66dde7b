/** A check of a report, of whichever version of the pack. */
interface ComparedCheck {
  readonly check: string;
  readonly subject: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly detail: string;
}

interface ComparedPlace {
  readonly pod: string;
  readonly interface: string;
}

interface ComparedPair {
  readonly source: ComparedPlace;
  readonly target: ComparedPlace;
  readonly seen: 'answer' | 'silence' | 'not-probed';
}

/** What is compared of a report. */
export interface ComparedReport {
  readonly startedAt: string;
  readonly checks: readonly ComparedCheck[];
  readonly matrix: readonly ComparedPair[];
}

/** What differs between an earlier report and a later one. Checks and pairs keep the order of the later report. */
export interface Comparison {
  /** When the earlier one began. */
  readonly since: string;
  /** Checks that fail now. Before, they did not fail, or were not made. */
  readonly broken: readonly ComparedCheck[];
  /** Checks that failed before and pass now. */
  readonly mended: readonly ComparedCheck[];
  /** Checks that fail as before. */
  readonly stillFailing: readonly ComparedCheck[];
  /** Checks that failed before and are skipped now, or are not made: nobody knows whether they would pass. */
  readonly lost: readonly ComparedCheck[];
  /** Pairs that behave differently now, with what was seen before. */
  readonly pairs: readonly ChangedPair[];
}

interface ChangedPair {
  readonly pair: ComparedPair;
  readonly before: ComparedPair['seen'];
}

/** Compares two reports of one environment by the names of checks, pods and interfaces. Pure. */
export function compareReports(before: ComparedReport, after: ComparedReport): Comparison {
  const earlier = new Map(before.checks.map((check) => [nameOf(check), check]));
  const later = new Map(after.checks.map((check) => [nameOf(check), check]));
  const failedBefore = (check: ComparedCheck) => earlier.get(nameOf(check))?.outcome === 'failed';
  const failing = after.checks.filter(({ outcome }) => outcome === 'failed');
  return {
    since: before.startedAt,
    broken: failing.filter((check) => !failedBefore(check)),
    mended: after.checks.filter((check) => check.outcome === 'passed' && failedBefore(check)),
    stillFailing: failing.filter(failedBefore),
    lost: before.checks.filter((check) => {
      const now = later.get(nameOf(check))?.outcome ?? 'skipped';
      return check.outcome === 'failed' && now === 'skipped';
    }),
    pairs: changedPairs(before.matrix, after.matrix),
  };
}

function changedPairs(
  before: readonly ComparedPair[],
  after: readonly ComparedPair[],
): readonly ChangedPair[] {
  const earlier = new Map(before.map((pair) => [pairName(pair), pair.seen]));
  return after.flatMap((pair) => {
    const seen = earlier.get(pairName(pair));
    return seen === undefined || seen === pair.seen ? [] : [{ pair, before: seen }];
  });
}

function nameOf({ check, subject }: ComparedCheck): string {
  return `${check} ${subject}`;
}

/** Addresses differ from run to run. */
function pairName({ source, target }: ComparedPair): string {
  return `${source.pod} ${source.interface} → ${target.pod} ${target.interface}`;
}

/** One change, for a table. */
interface Change {
  readonly what: 'broken' | 'still failing' | 'mended' | 'not known any more' | 'pair changed';
  readonly check: string;
  readonly subject: string;
  readonly detail: string;
}

/** The changes of a comparison in one list, the worst first. Pure. */
export function changesOf(comparison: Comparison): readonly Change[] {
  const { broken, mended, stillFailing, lost, pairs } = comparison;
  const rows = (what: Change['what'], checks: readonly ComparedCheck[]) =>
    checks.map(({ check, subject, detail }) => ({ what, check, subject, detail }));
  return [
    ...rows('broken', broken),
    ...rows('still failing', stillFailing),
    ...rows('not known any more', lost),
    ...rows('mended', mended),
    ...pairs.map(({ pair, before }) => ({
      what: 'pair changed' as const,
      check: 'matrix',
      subject: pairName(pair),
      detail: `${before} before, ${pair.seen} now`,
    })),
  ];
}

/** A comparison in one sentence. Pure. */
export function comparisonText({ since, ...changes }: Comparison): string {
  const { broken, mended, stillFailing, lost, pairs } = changes;
  const counts = [
    `${broken.length} broken`,
    `${stillFailing.length} still failing`,
    `${mended.length} mended`,
    ...(lost.length === 0 ? [] : [`${lost.length} not known any more`]),
  ];
  return `Since ${since}: ${counts.join(', ')}; ${pairs.length} pairs changed.`;
}
