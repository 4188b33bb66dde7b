import type { TestResult } from './suite-findings.ts';

/** The part of Ginkgo's JSON report (version 2) that tells how specs ended. */
interface GinkgoReport {
  readonly SpecReports: readonly SpecReport[] | null;
}
interface SpecReport {
  readonly ContainerHierarchyTexts: readonly string[] | null;
  readonly LeafNodeType: string;
  readonly LeafNodeText: string;
  readonly State: string;
  readonly Failure?: { readonly Message?: string };
}

/** So many characters of a failure are enough to know it. */
const MOST_SAID = 500;

/**
 * The specs in a JSON report of Ginkgo 2 that ran, or that skipped themselves. The specs that were not asked for, and those that
 * are pending in the suite, are left out. Set-up that failed counts as a test that failed. Pure.
 */
export function readGinkgoReport(json: string): readonly TestResult[] {
  const reports = JSON.parse(json) as readonly GinkgoReport[];
  return reports
    .flatMap(({ SpecReports }) => SpecReports ?? [])
    .flatMap(({ ContainerHierarchyTexts, LeafNodeType, LeafNodeText, State, Failure }) => {
      const name = [...(ContainerHierarchyTexts ?? []), LeafNodeText || LeafNodeType].join(' ');
      const reason = (Failure?.Message ?? '').slice(0, MOST_SAID);
      const isSpec = LeafNodeType === 'It';
      if (State === 'passed') return isSpec ? [result(name, 'passed', '')] : [];
      if (State === 'pending') return [];
      if (State === 'skipped') return reason === '' ? [] : [result(name, 'skipped', reason)];
      return [result(name, 'failed', `${State}: ${reason}`)];
    });
}

/** The line with which Ginkgo 1 says how a spec ended: `•`, `• [SLOW TEST:7.1 seconds]`, `• Failure [9.8 seconds]`, `S [SKIPPING]`. */
const ENDED = /^(?:•[!.]*(?: (?<words>.*))?|(?<skipped>[SP])(?: \[.*)?)$/;
const PLACE = /^\s*\S+\.go:\d+$/;
const RULE = /^-{20,}$/;

/**
 * The specs in the output of a test program with Ginkgo 1, which has no report for programs, run with `-ginkgo.v` and
 * `-ginkgo.noColor`. Each spec is announced by its containers, its own text and its place in the source. Pure.
 */
export function readGinkgoOutput(lines: readonly string[]): readonly TestResult[] {
  const results: TestResult[] = [];
  let name: string | undefined;
  for (const [index, line] of lines.entries()) {
    if (name === undefined && isAnnounced(lines, index)) {
      name = [lines[index - 2], lines[index - 1]].map((text) => text?.trim()).join(' ');
    }
    const ended = ENDED.exec(line)?.groups;
    if (name === undefined || ended === undefined) continue;
    const failed = /^(Failure|Panic|Timeout)/.test(ended['words'] ?? '');
    const outcome = ended['skipped'] !== undefined ? 'skipped' : failed ? 'failed' : 'passed';
    results.push(result(name, outcome, outcome === 'passed' ? '' : textAfter(lines, index)));
    name = undefined;
  }
  return [...results, ...miscount(lines, results)];
}

/** A program that ended early, or whose output was misread, counts as a test that failed. */
function miscount(lines: readonly string[], results: readonly TestResult[]): readonly TestResult[] {
  const of = (outcome: TestResult['outcome']) =>
    results.filter((one) => one.outcome === outcome).length;
  const read = `${of('passed')} Passed | ${of('failed')} Failed`;
  const closing = lines.find((line) => / -- \d+ Passed \| /.test(line)) ?? 'no closing line';
  if (closing.includes(` ${read} |`)) return [];
  return [result('all specs', 'failed', `read: ${read}; the program says: ${closing}`)];
}

/** Whether a line ends an announcement: containers, text and place, after a rule or, for the first spec, after the number of specs. */
function isAnnounced(lines: readonly string[], index: number): boolean {
  if (index < 3 || !PLACE.test(lines[index] ?? '')) return false;
  const [before = '', containers = '', text = ''] = lines.slice(index - 3, index);
  const isFirst = before === '' && /^Will run \d+ of/.test(lines[index - 4] ?? '');
  return (isFirst || RULE.test(before)) && containers !== '' && text !== '';
}

/** What follows up to the next rule, without the names and places of containers, in one line. */
function textAfter(lines: readonly string[], index: number): string {
  const rest = lines.slice(index + 1);
  const end = rest.findIndex((line) => RULE.test(line));
  const block = rest.slice(0, end === -1 ? rest.length : end);
  const said = block.filter(
    (line, at) => line.trim() !== '' && !PLACE.test(line) && !PLACE.test(block[at + 1] ?? ''),
  );
  return said
    .map((line) => line.trim())
    .join(' ')
    .slice(0, MOST_SAID);
}

function result(name: string, outcome: TestResult['outcome'], reason: string): TestResult {
  return { name, outcome, reason };
}
