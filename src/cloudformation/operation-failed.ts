import { CloudError } from '../core/errors.ts';
import type { Ended } from './follow.ts';
import type { Stack, Template } from './stack-api.ts';
import { firstFailure, isCancelled } from './stack-events.ts';

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

/**
 * The line (1-based) on which a YAML template declares a resource, or undefined when it does not. It goes by
 * the layout that our templates have: resources are the keys two spaces in, below `Resources:`.
 */
export function resourceLine(template: string, logicalId: string): number | undefined {
  const lines = template.split('\n');
  const resources = lines.findIndex((line) => /^Resources:\s*$/.test(line));
  if (resources === -1) return undefined;
  const declared = lines.findIndex(
    (line, index) => index > resources && line.trimEnd() === `  ${logicalId}:`,
  );
  return declared === -1 ? undefined : declared + 1;
}

export interface DeclaredResource {
  readonly logicalId: string;
  readonly type: string;
  /** The condition on which it exists. */
  readonly condition: string | undefined;
}

/** The resources that a YAML template declares, in its order; by the same layout. */
export function declaredResources(template: string): readonly DeclaredResource[] {
  const [, section = ''] = template.split(/^Resources:\s*$/m);
  const [resources = ''] = section.split(/^(?=\w)/m);
  return resources.split(/^(?= {2}\w+:\s*$)/m).flatMap((block) => {
    const logicalId = /^ {2}(\w+):/.exec(block)?.[1];
    const type = /^ {4}Type: (\S+)/m.exec(block)?.[1];
    if (logicalId === undefined || type === undefined) return [];
    return [{ logicalId, type, condition: /^ {4}Condition: (\w+)/m.exec(block)?.[1] }];
  });
}
