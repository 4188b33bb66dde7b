import { CloudError } from '../github/errors.ts';
import type { Stack } from './stack-api.ts';

/** A stack that no operation of ours leads out of. */
export function needsPerson(stack: Stack): CloudError {
  return new CloudError({
    resource: `stack ${stack.name}`,
    reason: `it is ${stack.status}${stack.reason === undefined ? '' : `: ${stack.reason}`}`,
    nextStep:
      'bring the stack into a stable state in the CloudFormation console, or destroy the environment, then run the action again',
  });
}

/** A stack that worked and that somebody is deleting: a deploy would bring back what is meant to go. */
export function beingDestroyed(stack: Pick<Stack, 'name'>): CloudError {
  return new CloudError({
    resource: `stack ${stack.name}`,
    reason: 'it is DELETE_IN_PROGRESS: somebody destroys this environment',
    nextStep: 'wait until it is gone, then run the action again if the environment is to come back',
  });
}
