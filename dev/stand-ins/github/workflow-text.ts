/**
 * Keys that GitHub added in 2026. act 0.2.89 rejects a file with these keys, and supports neither queues nor
 * deployments.
 */
const UNKNOWN_TO_ACT = /^ +(queue: max|deployment: false)( #.*)?\n/gm;

/**
 * The source of a called workflow, which GitHub provides as `job.workflow_repository` and `job.workflow_sha`.
 */
export interface WorkflowSource {
  /** `owner/name` */
  readonly repository: string;
  readonly sha: string;
}

/**
 * A workflow file rewritten for act. With `source`, it fills in what GitHub tells a called workflow about
 * itself, which act leaves empty. Pure.
 */
export function forAct(text: string, source?: WorkflowSource): string {
  const known = text.replace(UNKNOWN_TO_ACT, '');
  if (source === undefined) return known;
  return known
    .replaceAll('job.workflow_repository', `'${source.repository}'`)
    .replaceAll('job.workflow_sha', `'${source.sha}'`);
}
