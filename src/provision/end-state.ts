import { CloudError } from '../core/errors.ts';
import { ENVIRONMENT_TAG } from '../environment/tags.ts';
import { environmentStacks } from './environment-stacks.ts';
import type { EndStateCheck } from './report.ts';
import type { Session } from './session.ts';

/** Instances, NAT gateways, endpoints and Spot requests, which EC2 still lists for a while after their deletion. */
const LISTED_WHEN_GONE = /^(i|nat|vpce|sir)-/;
const PATIENCE_MS = 60_000;
const EVERY_MS = 5_000;

/** One more place to look for leftovers. */
export interface Look {
  readonly what: string;
  /** Names what still exists. */
  find(): Promise<readonly string[]>;
}

/**
 * Checks that nothing of the environment is left, and reports where it looked.
 *
 * @param looks where to look beside the places that every environment has
 * @throws CloudError that lists what is left.
 */
export async function checkNothingLeft(session: Session, looks: readonly Look[]): Promise<void> {
  const { clock, inputs, report } = session;
  const deadline = clock.now() + PATIENCE_MS;
  for (;;) {
    const checks = await findLeftovers(session);
    for (const { what, find } of looks) checks.push({ what, found: await find() });
    const left = checks.filter(({ found }) => found.length > 0);
    // AWS may still list what was deleted a moment ago.
    if (left.length > 0 && clock.now() < deadline) {
      await clock.sleep(EVERY_MS);
      continue;
    }
    report.endState = checks;
    if (left.length === 0) return;
    throw new CloudError({
      resource: `environment ${inputs.environment}`,
      reason: `something is left: ${left.map(({ what, found }) => `${what}: ${found.join(', ')}`).join('; ')}`,
      nextStep: 'run destroy again, then remove by hand what it still lists',
    });
  }
}

async function findLeftovers(session: Session): Promise<EndStateCheck[]> {
  const { inputs, bucket, cleanUp, stacks, staging } = session;
  const { infra, nodeGroups, guards } = await environmentStacks(
    stacks,
    cleanUp,
    inputs.environment,
  );
  const tagged = await cleanUp.ec2.tagged(ENVIRONMENT_TAG, inputs.environment);
  const staged = await staging.has(bucket, inputs.environment);
  return [
    {
      what: 'Stacks',
      found: [infra, ...nodeGroups, ...guards].flatMap((stack) =>
        stack === undefined ? [] : [stack.name],
      ),
    },
    {
      what: `EC2 resources tagged ${ENVIRONMENT_TAG}=${inputs.environment}`,
      found: tagged.filter((id) => !LISTED_WHEN_GONE.test(id)),
    },
    { what: 'Staged objects', found: staged ? [`s3://${bucket.name}/${inputs.environment}/`] : [] },
  ];
}
