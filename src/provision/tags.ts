/** Which stacks make up an environment is told by this tag alone. */
export const ENVIRONMENT_TAG = 'eks-multus:environment';
const REPOSITORY_TAG = 'eks-multus:repository';
const RUN_TAG = 'eks-multus:run';

/** The run that an action is part of. */
export interface Run {
  readonly id: string;
  /** `owner/name`. */
  readonly repository: string;
}

export function stackTags(environment: string): Readonly<Record<string, string>> {
  return { [ENVIRONMENT_TAG]: environment };
}

/** Where a stack comes from. Were these to change with every run, so would every stack. */
export function creationTags(run: Run): Readonly<Record<string, string>> {
  return { [REPOSITORY_TAG]: run.repository, [RUN_TAG]: run.id };
}
