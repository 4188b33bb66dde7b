import type { Identity } from '../aws/identity.ts';
import type { Staging } from '../aws/staging.ts';
import type { StagingBucket } from '../aws/staging-bucket.ts';
import type { Explain, StackEngine } from '../cloudformation/follow.ts';
import type { CallBudget } from '../cloudformation/pace.ts';
import type { StackApi } from '../cloudformation/stack-api.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { WorkflowRun } from '../github/workflow-run.ts';
import type { CleanUp } from './clean-up.ts';
import type { ProvisionInputs } from './inputs.ts';
import type { Report } from './report.ts';

/** What the action does its work with. */
export interface ProvisionDeps {
  readonly stacks: StackApi;
  readonly staging: Staging;
  readonly cleanUp: CleanUp;
  readonly identity: () => Promise<Identity>;
  /** Reads a file that ships with the pack: `('cfn', 'infra.yaml')`. */
  readonly packFile: (...path: readonly string[]) => Promise<Uint8Array>;
  readonly log: Log;
  readonly clock: Clock;
  /** Is spent by each call to AWS that these make. */
  readonly budget: CallBudget;
  /** Knows more of resources that fail or take long than CloudFormation says. */
  readonly explain?: Explain;
  readonly run: WorkflowRun;
  /** Sets the outputs and writes the summary; called once, at the end, whatever the end is. */
  readonly publish: (report: Report) => Promise<void>;
}

/** A run under way: what it has and what it has found out. */
export interface Session extends ProvisionDeps {
  readonly inputs: ProvisionInputs;
  readonly account: Identity;
  readonly bucket: StagingBucket;
  readonly engine: StackEngine;
  readonly report: Report;
}
