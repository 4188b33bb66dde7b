import { setTimeout } from 'node:timers/promises';
import type { AwsOptions } from '../aws.ts';
import type { Engine } from '../cloudformation/engine.ts';
import { isBusy } from '../cloudformation/stack.ts';
import type { AwsCall } from '../gateway/aws-call.ts';
import { OWN_CREDENTIALS } from '../identity/session.ts';

/** Less than a minute, after which the AWS CLI gives a call up. */
const LONGEST_MS = 20_000;
const LOOK_EVERY_MS = 50;

/**
 * Options that let CloudFormation answer some calls only when nothing is under way. A program that looks every few seconds,
 * or every half minute like a waiter of the AWS CLI, then sees the end at its first look.
 *
 * @param actions the calls, such as `DescribeStacks`
 */
export function answersWhenQuiet(
  ...actions: readonly string[]
): Required<Pick<AwsOptions, 'answers' | 'onEngine'>> {
  const engines: Engine[] = [];
  const isQuiet = () =>
    engines
      .flatMap(({ regions }) => [...regions.values()])
      .every(
        ({ stacks, changeSets }) =>
          !stacks.some(isBusy) &&
          !changeSets.some(({ status }) => /^CREATE_(PENDING|IN_PROGRESS)$/.test(status)),
      );
  const wait = async ({ service, action, accessKey }: AwsCall) => {
    if (accessKey === OWN_CREDENTIALS.accessKeyId) return undefined;
    if (service !== 'cloudformation' || !actions.includes(action)) return undefined;
    for (let waited = 0; !isQuiet() && waited < LONGEST_MS; waited += LOOK_EVERY_MS) {
      await setTimeout(LOOK_EVERY_MS);
    }
    return undefined;
  };
  return { answers: [wait], onEngine: (engine) => void engines.push(engine) };
}
