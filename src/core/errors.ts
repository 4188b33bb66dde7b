/** One problem of one input: its name, its value, and what is allowed. */
export interface InputProblem {
  readonly input: string;
  readonly value: string;
  readonly allowed: string;
  /** The file and the line that give the value; undefined when the job does. */
  readonly place?: string;
}

/** Inputs that cannot work. Thrown before any call to AWS or Kubernetes. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly problems: readonly InputProblem[];

  constructor(problems: readonly InputProblem[]) {
    super(describeProblems(problems));
    this.problems = problems;
  }
}

/** A failure that a person can act on: what failed, why, and what to do next. */
export interface Failure {
  /** The resource, in its own service's terms: `stack eks-multus-cluster: Cluster (AWS::EKS::Cluster)`. */
  readonly resource: string;
  readonly reason: string;
  readonly nextStep: string;
  /** Where in the pack's own files the resource is declared, for the annotation. */
  readonly file?: string;
  readonly line?: number;
  readonly cause?: unknown;
}

abstract class ExplainedError extends Error {
  /** The service that failed; the title of the annotation. */
  abstract readonly title: string;
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(
      `${failure.resource}: ${failure.reason}\nNext step: ${failure.nextStep}`,
      failure.cause === undefined ? undefined : { cause: failure.cause },
    );
    this.failure = failure;
  }
}

/** AWS refused or failed something. */
export class CloudError extends ExplainedError {
  override readonly name = 'CloudError';
  readonly title = 'AWS';
}

/** Kubernetes, a node or a pod refused or failed something. */
export class ClusterError extends ExplainedError {
  override readonly name = 'ClusterError';
  readonly title = 'Kubernetes';
}

/** GitHub refused or failed something. */
export class GithubError extends ExplainedError {
  override readonly name = 'GithubError';
  readonly title = 'GitHub';
}

/** A preview is refused, though nothing is broken. */
export class PreviewError extends ExplainedError {
  override readonly name = 'PreviewError';
  readonly title = 'Preview';
}

/** True for failures with a next step. Any other error is a bug of ours and shows its stack. */
export function isExplained(error: unknown): error is ExplainedError {
  return error instanceof ExplainedError;
}

/** The message of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** An annotation on GitHub has room for some 64 KB, and nobody reads as much. */
const MOST_PROBLEMS = 40;
const LONGEST_VALUE = 200;
const LONGEST_ALLOWED = 1_000;

function describeProblems(problems: readonly InputProblem[]): string {
  const shown = problems.slice(0, MOST_PROBLEMS).map(describeProblem);
  const more = problems.length - shown.length;
  return [...shown, ...(more > 0 ? [`… and ${more} more problems`] : [])].join('\n');
}

function describeProblem({ input, value, allowed, place }: InputProblem): string {
  const given = value === '' ? 'nothing' : `"${shortened(value, LONGEST_VALUE)}"`;
  const where = place === undefined ? 'Input' : `${place}:`;
  return `${where} "${input}": got ${given}; allowed: ${shortened(allowed, LONGEST_ALLOWED)}`;
}

function shortened(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}
