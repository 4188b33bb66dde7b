import type { StackApi } from '../cloudformation/stack-api.ts';
import { PreviewError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { RepositoryClient } from '../github/repository-client.ts';
import type { WorkflowRun } from '../github/workflow-run.ts';
import type { PreviewEvent } from './decide.ts';
import type { PreviewInputs } from './inputs.ts';
import type { PreviewOutputs } from './outputs.ts';

/** What the action does its work with. */
export interface PreviewDeps {
  readonly stacks: Pick<StackApi, 'list'>;
  readonly github: RepositoryClient;
  readonly run: WorkflowRun;
  /** The page of the run on GitHub. */
  readonly runUrl: string;
  /** Who caused the run. */
  readonly actor: string;
  /** The event that started the run; throws when it is not one of a pull request. */
  readonly event: () => PreviewEvent;
  readonly readFile: (path: string) => Promise<string>;
  readonly now: () => number;
  readonly log: Log;
  /** Something that people may wonder about, though it is right as it is. */
  readonly notice: (message: string) => void;
  readonly setOutputs: (outputs: PreviewOutputs) => void;
  readonly addSummary: (markdown: string) => Promise<void>;
}

/** A command under way. */
export interface Session extends PreviewDeps {
  readonly inputs: PreviewInputs;
}

/** The name of the environment that a command is about; reading the inputs has seen to it that there is one. */
export function nameOf({ inputs }: Session): string {
  if (inputs.name === undefined) throw new Error(`${inputs.command} without a name`);
  return inputs.name;
}

/** The pull request that a command is about: the one that is named, or the run's own. */
export function pullRequestOf({ inputs, run }: Session): number | undefined {
  const given = inputs['pull-request'] ?? Number(run.pullRequest ?? Number.NaN);
  return Number.isNaN(given) ? undefined : given;
}

/** @throws PreviewError when there is none. */
export function requiredPullRequest(session: Session): number {
  const number = pullRequestOf(session);
  if (number !== undefined) return number;
  throw new PreviewError({
    resource: 'preview',
    reason: 'it is not known which pull request this is about',
    nextStep: 'give the input pull-request, or call this on a pull request event',
  });
}
