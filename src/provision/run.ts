import { explainAwsError } from '../aws/aws-error.ts';
import type { Identity } from '../aws/identity.ts';
import type { Staging } from '../aws/staging.ts';
import { defaultBucketName, type StagingBucket } from '../aws/staging-bucket.ts';
import type { Explain, StackEngine } from '../cloudformation/follow.ts';
import type { CallBudget } from '../cloudformation/pace.ts';
import type { Clock } from '../cloudformation/polling.ts';
import type { StackApi } from '../cloudformation/stack-api.ts';
import type { Log } from '../github/log.ts';
import type { WorkflowRun } from '../github/workflow-run.ts';
import type { CleanUp } from './clean-up.ts';
import { deploy } from './deploy.ts';
import { destroy } from './destroy.ts';
import type { ProvisionInputs } from './inputs.ts';
import { plan } from './plan.ts';
import { newReport, type Report } from './report.ts';

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

const COMMANDS = {
  plan: { title: 'Plan of environment', run: plan },
  deploy: { title: 'Environment', run: deploy },
  destroy: { title: 'Destroyed environment', run: destroy },
} as const;

/**
 * Plans, deploys or destroys one environment.
 *
 * @throws CloudError when AWS refuses or fails something. What was done by then is published first.
 */
export async function provision(inputs: ProvisionInputs, deps: ProvisionDeps): Promise<void> {
  const { title, run } = COMMANDS[inputs.command];
  const report = newReport(`${title} ${inputs.environment} in ${inputs['aws-region']}`);
  try {
    const session = await begin(inputs, deps, report);
    await run(session);
  } catch (error) {
    throw explainAwsError(error);
  } finally {
    await deps.publish(report);
  }
}

async function begin(
  inputs: ProvisionInputs,
  deps: ProvisionDeps,
  report: Report,
): Promise<Session> {
  const { log, clock, budget, stacks: api } = deps;
  const deadline = clock.now() + inputs['timeout-minutes'] * 60_000;
  const account = await deps.identity();
  log.info(`Account ${account.accountId}, as ${account.arn}`);
  const { accountId } = account;
  const region = inputs['aws-region'];
  const name = inputs['staging-bucket'] ?? defaultBucketName(accountId, region);
  const bucket = { name, region, accountId };
  const explain = deps.explain && { explain: deps.explain };
  const engine = { api, log, clock, deadline, budget, ...explain };
  return { ...deps, inputs, account, bucket, report, engine };
}
