import type { WorkflowRun } from '../github/workflow-run.ts';

/** The repository whose workflow has created something, by its tags. */
export interface Owner {
  /** `owner/name`, as it was then. */
  readonly repository: string | undefined;
  /** The number that a repository keeps when it is renamed or moved; undefined on what an older release created. */
  readonly repositoryId: string | undefined;
}

/** Whether something belongs to the repository of a run. The number counts before the name. Pure. */
export function belongsTo(
  { repository, repositoryId }: Owner,
  run: Pick<WorkflowRun, 'repository' | 'repositoryId'>,
): boolean {
  return repositoryId === undefined || run.repositoryId === undefined
    ? repository === run.repository
    : repositoryId === run.repositoryId;
}
