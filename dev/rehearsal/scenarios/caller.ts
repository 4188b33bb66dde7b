import type { Environment } from '../../../src/environment/environment.ts';
import type { WorkflowResult } from '../../stand-ins/github/act-log.ts';
import { newPullRequest } from '../../stand-ins/github/api/state.ts';
import { dispatchEvent, type GithubEvent } from '../../stand-ins/github/events/pull-request.ts';
import { finding, oneSuccess } from './case-facts.ts';
import {
  approvals,
  deliver,
  happens,
  haveReviewers,
  leftoverFact,
  type Scenario,
  usesThePack,
} from './scenario.ts';

/**
 * Another repository calls the workflows at `v1`. The pack is private: no job of the caller can check it out. Checks which files
 * the jobs use.
 */
export async function rehearseCaller(scenario: Scenario): Promise<void> {
  const push: GithubEvent = { name: 'push', payload: { ref: 'refs/heads/main' } };
  const runs = await deliver(scenario, push, 'push');
  scenario.found(
    finding(
      'provision.yml@v1, destroy.yml@v1',
      {
        ...usesThePack(scenario, runs[0]),
        ...oneSuccess(runs),
        'the verdict is passed': runs[0]?.outputs['result'] === 'passed',
        "the caller's own job gets the environment": saysTheEndpoint(runs[0], 'Use it'),
        ...(await leftoverFact(scenario)),
      },
      runs,
    ),
  );
  const opened = await happens(scenario, newPullRequest(61), 'opened');
  scenario.found(
    finding(
      'preview.yml@v1',
      {
        ...usesThePack(scenario, opened[0]),
        ...oneSuccess(opened),
        'the decision is the pack’s': /multus-preview/.test(opened[0]?.notices[0] ?? ''),
      },
      opened,
    ),
  );
}

/** The root action, in one job of another repository that uses the environment and removes it again. */
export async function rehearseOneJob(scenario: Scenario): Promise<void> {
  haveReviewers(scenario);
  const runs = await deliver(scenario, dispatchEvent('in-one-job.yml', {}), 'one-job');
  scenario.found(
    finding(
      'eks-multus-actions@v1',
      {
        ...usesThePack(scenario, runs[0]),
        ...oneSuccess(runs),
        ...approvals(scenario, 1),
        'the verdict is passed': runs[0]?.outputs['result'] === 'passed',
        'a later step gets the environment': saysTheEndpoint(runs[0], 'Test'),
        ...(await leftoverFact(scenario)),
      },
      runs,
    ),
  );
}

/** The examples print it in a job. */
function saysTheEndpoint(run: WorkflowResult | undefined, job: string): boolean {
  const environment = JSON.parse(run?.outputs['environment'] ?? '{}') as Partial<Environment>;
  const line = `[${job}] ${environment.cluster?.endpoint}`;
  return run?.log.split('\n').includes(line) ?? false;
}
