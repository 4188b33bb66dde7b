import type { Finding } from '../../tools/table.ts';

/** One test of a suite, as the suite's own output tells of it. */
export interface TestResult {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** Why it failed or was skipped; empty when it passed. */
  readonly reason: string;
}

/** What came of a suite. */
export interface SuiteRun {
  /** The project and its version, such as `whereabouts v0.9.4`. */
  readonly version: string;
  readonly tests: readonly TestResult[];
}

/** Why a test cannot pass in this environment. */
export interface Explanation {
  /** Fits the name of the test. */
  readonly test: RegExp;
  /** Fits everything that the test complains of; another complaint is not explained. */
  readonly reason: RegExp;
  readonly because: string;
}

/** The share of the tests that apply here and must pass, in percent. */
const NEEDED_PERCENT = 95;

/**
 * What a suite's run says of the environment: how many of its tests ran and passed, and each test that did not, with its
 * explanation. A test whose failure is explained does not apply. Pure.
 */
export function suiteFindings(
  { version, tests }: SuiteRun,
  explanations: readonly Explanation[],
): readonly Finding[] {
  const of = (outcome: TestResult['outcome']) => tests.filter((test) => test.outcome === outcome);
  const [passed, failed, skipped] = [of('passed'), of('failed'), of('skipped')];
  const because = (test: TestResult) =>
    explanations.find((one) => one.test.test(test.name) && one.reason.test(test.reason))?.because;
  const unexplained = failed.filter((test) => because(test) === undefined);
  const applying = passed.length + unexplained.length;
  const percent = applying === 0 ? 0 : Math.floor((100 * passed.length) / applying);
  return [
    {
      what: version,
      found: [
        `${passed.length + failed.length} ran: ${passed.length} passed, ${failed.length} failed; ${skipped.length} skipped`,
        `${percent} % of those that apply pass`,
      ].join('\n'),
      ok: percent >= NEEDED_PERCENT,
    },
    ...failed.map((test) => ({
      what: 'Failed',
      found: [test.name, test.reason, because(test) ?? 'not explained'].join('\n'),
      ok: because(test) !== undefined,
    })),
    ...skipped.map(({ name, reason }) => ({
      what: 'Skipped',
      found: [name, reason].join('\n'),
      ok: reason !== '',
    })),
  ];
}
