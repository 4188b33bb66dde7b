/** Keys that GitHub added in 2026. act 0.2.89 refuses a file that has them, and knows neither queues nor deployments. */
const UNKNOWN_TO_ACT = /^ +(queue: max|deployment: false)( #.*)?\n/gm;

/** The commit that a called workflow comes from: what GitHub gives it as `job.workflow_repository` and `_sha`. */
export interface WorkflowSource {
  /** `owner/name` */
  readonly repository: string;
  readonly sha: string;
}

/**
 * Pure: a workflow file as act can run it. With `source`, what GitHub tells a called workflow of itself is filled in,
 * which act leaves empty.
 */
export function forAct(text: string, source?: WorkflowSource): string {
  const known = text.replace(UNKNOWN_TO_ACT, '');
  if (source === undefined) return known;
  return known
    .replaceAll('job.workflow_repository', `'${source.repository}'`)
    .replaceAll('job.workflow_sha', `'${source.sha}'`);
}
