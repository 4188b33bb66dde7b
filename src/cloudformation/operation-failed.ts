import { CloudError } from '../github/errors.ts';
import type { Ended } from './follow.ts';
import { firstFailure, isCancelled } from './stack-events.ts';
import type { Template } from './stack-spec.ts';
import { resourceLine } from './template-line.ts';

/** Explains an operation that did not end well by the first resource that failed in it. */
export function operationFailed(stackName: string, ended: Ended, template?: Template): CloudError {
  const event = firstFailure(ended.events);
  const status = ended.stack?.status ?? 'DELETE_COMPLETE';
  if (event === undefined || event.ofStack || isCancelled(event)) {
    if (status === 'DELETE_COMPLETE') return deletedMeanwhile(stackName);
    return new CloudError({
      resource: `stack ${stackName}`,
      reason: `it is ${status}: ${event?.reason ?? ended.stack?.reason ?? 'no reason was given'}`,
      nextStep: nextStep(status),
    });
  }
  const line = template && resourceLine(template.text, event.logicalId);
  return new CloudError({
    resource: `stack ${stackName}: ${event.logicalId} (${event.type})`,
    reason: `${event.status}: ${event.reason ?? 'no reason was given'}`,
    nextStep: nextStep(status),
    ...(template === undefined ? {} : { file: template.file }),
    ...(line === undefined ? {} : { line }),
  });
}

function nextStep(status: string): string {
  if (status === 'DELETE_FAILED') {
    return 'remove what still uses the resource, then run destroy again: it goes on where it stopped';
  }
  if (status === 'CREATE_FAILED' || status === 'UPDATE_FAILED') {
    return 'look into what was kept, correct the cause, then run the action again';
  }
  if (status === 'ROLLBACK_COMPLETE') {
    return 'correct the cause, then run the action again: it removes the rolled-back stack itself';
  }
  return 'correct the cause, then run the action again';
}

/** A stack can also be gone because it was to be deleted when it fails; then a resource says why it did. */
function deletedMeanwhile(stackName: string): CloudError {
  return new CloudError({
    resource: `stack ${stackName}`,
    reason: 'it was deleted while this run was waiting for it',
    nextStep: 'see who destroyed the environment, then run the action again if it is to come back',
  });
}
