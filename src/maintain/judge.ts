import type { CheckResult } from '../connectivity/evaluate/check.ts';
import type { Report } from '../connectivity/report/report.ts';
import { type FoundFailure, MOST_FAILURES, type Result, shortened } from './history.ts';
import type { NodeImages, Outcome } from './inputs.ts';

/** What the earlier steps of the job have found. */
export interface Findings {
  /** Verify's report; undefined when it wrote none. */
  readonly report: Report | undefined;
  /** How the step with verify ended. */
  readonly verify: Outcome;
  /** How the step ended that looks at the nodes, and may renew them. */
  readonly nodes: Outcome;
  readonly images: readonly NodeImages[];
}

/**
 * What a run has found; undefined when it was cancelled, because it then says nothing about the environment. Pure.
 *
 * @param at when the run found it, as an ISO 8601 time
 * @param run the page of the run on GitHub
 */
export function judge(findings: Findings, at: string, run: string): Result | undefined {
  const { images, nodes, report, verify } = findings;
  if (nodes === 'cancelled' || verify === 'cancelled') return undefined;
  const failures = [
    ...(nodes === 'failure'
      ? [stepFailed('nodes', 'Looking at the nodes, or renewing them,')]
      : []),
    ...connectivityFailures(report, verify),
  ];
  const days = images.flatMap(({ daysBehind }) => daysBehind ?? []);
  return {
    at,
    run,
    well: failures.length === 0,
    checks:
      report === undefined ? null : { passed: report.counts.passed, failed: report.counts.failed },
    failures: failures.slice(0, MOST_FAILURES),
    daysBehind: days.length === 0 ? null : Math.max(...days),
  };
}

function connectivityFailures(report: Report | undefined, verify: Outcome): FoundFailure[] {
  if (report === undefined) {
    return verify === 'failure' ? [stepFailed('connectivity', 'The check of connectivity')] : [];
  }
  if (report.result === 'passed') return [];
  const failed = report.checks.filter(({ outcome }) => outcome === 'failed').map(failureOf);
  return failed.length > 0
    ? failed
    : [{ what: 'connectivity', seen: 'No check was possible.', advice: '' }];
}

function failureOf(result: CheckResult): FoundFailure {
  const { check, detail, explanation, nextStep, subject } = result;
  const advice = [explanation, nextStep === undefined ? undefined : `To do: ${nextStep}`];
  return {
    what: shortened(`${check} ${subject}`),
    seen: shortened(detail),
    advice: shortened(advice.filter((part) => part !== undefined).join(' ')),
  };
}

function stepFailed(what: string, subject: string): FoundFailure {
  const seen = `${subject} ended with an error.`;
  return { what, seen, advice: 'To do: read the error on the page of the run.' };
}
