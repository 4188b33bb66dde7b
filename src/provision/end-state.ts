import { CloudError } from '../core/errors.ts';
import { ENVIRONMENT_TAG } from '../environment/tags.ts';
import { environmentStacks } from './environment-of.ts';
import type { EndStateCheck } from './report.ts';
import type { Session } from './session.ts';

/** Instances, NAT gateways and endpoints: EC2 still shows them for a while when they are gone; their stacks know better. */
const SHOWN_WHEN_GONE = /^(i|nat|vpce|sir)-/;
const PATIENCE_MS = 60_000;
const EVERY_MS = 5_000;

/**
 * Looks whether anything of the environment is left, and lists what was looked for.
 *
 * @param looks where to look beside where every environment has something
 * @throws CloudError that lists what is left.
 */
export async function checkNothingLeft(session: Session, looks: readonly Look[]): Promise<void> {
  const { clock, inputs, report } = session;
  const deadline = clock.now() + PATIENCE_MS;
  for (;;) {
    const checks = await lookAround(session);
    for (const { what, find } of looks) checks.push({ what, found: await find() });
    const left = checks.filter(({ found }) => found.length > 0);
    // What was deleted a moment ago may still be listed.
    if (left.length > 0 && clock.now() < deadline) {
      await clock.sleep(EVERY_MS);
      continue;
    }
    report.endState = checks;
    if (left.length === 0) return;
    throw new CloudError({
      resource: `environment ${inputs.environment}`,
      reason: `not everything is gone: ${left.map(({ what, found }) => `${what}: ${found.join(', ')}`).join('; ')}`,
      nextStep: 'run destroy again; what is still there then has to be removed by hand',
    });
  }
}

/** Somewhere else to look. */
export interface Look {
  readonly what: string;
  /** What is still there, in words. */
  find(): Promise<readonly string[]>;
}

async function lookAround(session: Session): Promise<EndStateCheck[]> {
  const { inputs, bucket, cleanUp, stacks, staging } = session;
  const { infra, nodeGroups } = await environmentStacks(stacks, cleanUp, inputs.environment);
  const tagged = await cleanUp.ec2.tagged(ENVIRONMENT_TAG, inputs.environment);
  const staged = await staging.has(bucket, inputs.environment);
  return [
    {
      what: 'Stacks',
      found: [infra, ...nodeGroups].flatMap((stack) => (stack === undefined ? [] : [stack.name])),
    },
    {
      what: `EC2 resources tagged ${ENVIRONMENT_TAG}=${inputs.environment}`,
      found: tagged.filter((id) => !SHOWN_WHEN_GONE.test(id)),
    },
    { what: 'Staged objects', found: staged ? [`s3://${bucket.name}/${inputs.environment}/`] : [] },
  ];
}
