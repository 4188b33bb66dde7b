import { CloudError } from '../core/errors.ts';
import type { EndedOperation } from './follow.ts';
import type { Stack, Template } from './stack-api.ts';
import { firstFailure, isCancelled } from './stack-events.ts';

/** Explains a failed operation by the first resource that failed in it. */
export function operationFailed(
  stackName: string,
  ended: EndedOperation,
  template?: Template,
): CloudError {
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
    return 'remove what still uses the resource, then run destroy again: it continues where it stopped';
  }
  if (status === 'CREATE_FAILED' || status === 'UPDATE_FAILED') {
    return 'inspect the resources that were kept, correct the cause, then run the action again';
  }
  if (status === 'ROLLBACK_COMPLETE') {
    return 'correct the cause, then run the action again: it removes the rolled-back stack itself';
  }
  return 'correct the cause, then run the action again';
}

/** A stack that is deleted because it failed has an event of a resource that says why. This one has none. */
function deletedMeanwhile(stackName: string): CloudError {
  return new CloudError({
    resource: `stack ${stackName}`,
    reason: 'it was deleted while this run was waiting for it',
    nextStep: 'find out who destroyed it, then run the action again to bring it back',
  });
}

/** A stack in a state that a deploy cannot repair. */
export function needsManualRepair(stack: Stack): CloudError {
  return new CloudError({
    resource: `stack ${stack.name}`,
    reason: `it is ${stack.status}${stack.reason === undefined ? '' : `: ${stack.reason}`}`,
    nextStep:
      'bring the stack into a stable state in the CloudFormation console, or destroy the environment, then run the action again',
  });
}

/** A working stack that somebody is deleting. A deploy would bring it back against their intention. */
export function beingDestroyed(stack: Pick<Stack, 'name'>): CloudError {
  return new CloudError({
    resource: `stack ${stack.name}`,
    reason: 'it is DELETE_IN_PROGRESS: somebody is destroying this environment',
    nextStep: 'wait until it is gone, then run the action again if the environment is to come back',
  });
}

/**
 * The line (1-based) on which a YAML template declares a resource; undefined when it does not. Relies on the layout of
 * our templates: below `Resources:`, each resource is a key indented by two spaces.
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
  /** The template's condition on which the resource exists. */
  readonly condition: string | undefined;
}

/** The resources that a YAML template declares, in its order. Relies on the same layout as `resourceLine`. */
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
