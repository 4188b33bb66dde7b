import type { OnFailure } from './stack-api.ts';

/** A stack as it should be. */
export interface StackSpec {
  readonly name: string;
  readonly template: Template;
  /** A value for every parameter of the template, so that what a stack is follows from the inputs alone. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Except these: an existing stack keeps the value that it has. */
  readonly keep?: readonly string[];
  /** List parameters whose items keep their places in an existing stack. */
  readonly keepPlaces?: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  /**
   * Tags that say how the stack came to be: an existing stack keeps the values that it has, and gets those that
   * it lacks. Undefined keeps what is there and gives nothing.
   */
  readonly creationTags: Readonly<Record<string, string | undefined>>;
  readonly onFailure: OnFailure;
  /** Undefined leaves the stack's own setting. */
  readonly terminationProtection: boolean | undefined;
  readonly roleArn: string | undefined;
  /** Makes change sets of one run recognisable. */
  readonly runId: string;
}

export interface Template {
  /** Its path in the pack, for annotations: `cfn/infra.yaml`. */
  readonly file: string;
  /** At most 51,200 bytes: what a request may carry. */
  readonly text: string;
}
