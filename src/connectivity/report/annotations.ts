import type { CheckResult } from '../check.ts';
import type { Report } from '../report.ts';

/** A note that the runner shows on the run's page. */
export interface Annotation {
  readonly title: string;
  readonly message: string;
}

/** GitHub shows ten annotations of a kind for each step; one is left for the step's own failure. */
export const MOST_ANNOTATIONS = 9;

/** The failures as annotations: the first of each cause before second ones, never more than are shown. */
export function annotations({ checks }: Report): readonly Annotation[] {
  const failures = checks.filter(({ outcome }) => outcome === 'failed');
  const byCause = [...Map.groupBy(failures, ({ check, cause }) => `${check} ${cause}`).values()];
  const longest = Math.max(0, ...byCause.map((own) => own.length));
  const inTurn: CheckResult[] = [];
  for (let turn = 0; turn < longest && inTurn.length < MOST_ANNOTATIONS; turn += 1) {
    inTurn.push(...byCause.flatMap((own) => own[turn] ?? []));
  }
  return inTurn.slice(0, MOST_ANNOTATIONS).map(annotation);
}

function annotation({ check, subject, detail, explanation, nextStep }: CheckResult): Annotation {
  const lines = [detail, explanation ?? '', nextStep === undefined ? '' : `To do: ${nextStep}`];
  return {
    title: `${check}: ${subject}`,
    message: lines.filter((line) => line !== '').join('\n'),
  };
}
