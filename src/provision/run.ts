import { explainAwsError } from '../aws/aws-error.ts';
import { defaultBucketName } from '../aws/staging-bucket.ts';
import { deploy } from './deploy.ts';
import { destroy } from './destroy.ts';
import type { ProvisionInputs } from './inputs.ts';
import { plan } from './plan.ts';
import { newReport, type Report } from './report.ts';

import type { ProvisionDeps, Session } from './session.ts';

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
