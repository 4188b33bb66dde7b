import type { Places } from '../aws/places.ts';
import type { StackApi } from '../cloudformation/stack-api.ts';
import { PreviewError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { RepositoryClient } from '../github/repository-client.ts';
import type { WorkflowRun } from '../github/workflow-run.ts';
import type { PreviewEvent } from './decide.ts';
import type { PreviewInputs } from './inputs.ts';
import type { PreviewOutputs } from './outputs.ts';

/** A run of the action: its inputs and what it works with, of which tests replace parts. */
export interface Session {
  readonly inputs: PreviewInputs;
  readonly stacks: Pick<StackApi, 'list'>;
  /** The places of the previews. */
  readonly places: Places;
  readonly github: RepositoryClient;
  /** With the token that may delete environments; undefined when there is none. */
  readonly administrator?: RepositoryClient | undefined;
  readonly run: WorkflowRun;
  /** The page of the run on GitHub. */
  readonly runUrl: string;
  /** Who caused the run. */
  readonly actor: string;
  /** The event that started the run. Throws PreviewError when it is not an event of a pull request. */
  readonly event: () => PreviewEvent;
  readonly readFile: (path: string) => Promise<string>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
  /** Shows an annotation that is no warning. */
  readonly notice: (message: string) => void;
  readonly setOutputs: (outputs: PreviewOutputs) => void;
  readonly addSummary: (markdown: string) => Promise<void>;
}

/** The name of the command's environment. Reading the inputs has made sure that there is one. */
export function nameOf({ inputs }: Session): string {
  if (inputs.name === undefined) throw new Error(`${inputs.command} without a name`);
  return inputs.name;
}

/** The command's pull request: that of the input, or that of the run. */
export function pullRequestOf({ inputs, run }: Session): number | undefined {
  const given = inputs.pullRequest ?? Number(run.pullRequest ?? Number.NaN);
  return Number.isNaN(given) ? undefined : given;
}

/**
 * The command's pull request.
 *
 * @throws PreviewError when there is none.
 */
export function requiredPullRequest(session: Session): number {
  const number = pullRequestOf(session);
  if (number !== undefined) return number;
  throw new PreviewError({
    resource: 'preview',
    reason: 'neither the input pull-request nor the event names a pull request',
    nextStep: 'give the input pull-request, or run this on an event of a pull request',
  });
}
