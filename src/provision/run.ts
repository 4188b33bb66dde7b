import { explainAwsError } from '../aws/aws-error.ts';
import { defaultBucketName } from '../aws/staging-bucket.ts';
import { deploy } from './deploy.ts';
import { destroy } from './destroy.ts';
import { extend } from './guard/extend.ts';
import type { ProvisionInputs } from './inputs.ts';
import { plan } from './plan.ts';
import { check } from './preflight/check.ts';
import { renew } from './renew/renew.ts';
import { newReport, type Report } from './report.ts';
import type { ProvisionDeps, Session } from './session.ts';
import { turnNodes } from './sleep/sleep.ts';

const TITLES = {
  check: 'Preflight of environment',
  plan: 'Plan of environment',
  deploy: 'Environment',
  destroy: 'Destroyed environment',
  renew: 'Nodes of environment',
  extend: 'Guards of environment',
  sleep: 'Sleep of environment',
  wake: 'Awakening of environment',
};

/**
 * Checks, plans, deploys, destroys, renews, extends, puts to sleep or wakes one environment, and publishes the report in any case.
 *
 * @throws CloudError when AWS refuses something or fails.
 */
export async function provision(inputs: ProvisionInputs, deps: ProvisionDeps): Promise<void> {
  const report = newReport(`${TITLES[inputs.command]} ${inputs.environment} in ${inputs.region}`);
  try {
    const session = await begin(inputs, deps, report);
    switch (inputs.command) {
      case 'check':
        await check(session);
        break;
      case 'plan':
        await plan(session);
        break;
      case 'deploy':
        await deploy(session);
        break;
      case 'destroy':
        await destroy(session);
        break;
      case 'renew':
        await renew(session);
        break;
      case 'extend':
        await extend(session);
        break;
      case 'sleep':
      case 'wake':
        await turnNodes(session, inputs.command);
        break;
    }
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
  const { budget, clock, explain, log, stacks: api } = deps;
  const deadline = clock.now() + inputs.timeoutMs;
  const account = await deps.identity();
  log.info(`Account ${account.accountId}, as ${account.arn}`);
  const { accountId } = account;
  const { region } = inputs;
  const name = inputs.stagingBucket ?? defaultBucketName(accountId, region);
  const bucket = { name, region, accountId };
  const engine = {
    api,
    log,
    clock,
    deadline,
    budget,
    ...(explain === undefined ? {} : { explain }),
  };
  return { ...deps, inputs, account, bucket, report, engine };
}
