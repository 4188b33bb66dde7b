import { randomUUID } from 'node:crypto';
import type { Engine, Region } from './engine.ts';
import type { Values } from './language/value.ts';
import type { Operation, ResourceStatus, Stack, StackResource, StackStatus } from './stack.ts';

/** One operation on one stack, with its engine and region. */
export interface Run {
  readonly engine: Engine;
  readonly region: Region;
  readonly stack: Stack;
  readonly operation: Operation;
  readonly signal: AbortSignal;
}

/** Sets the status of a stack and adds the event. */
export function setStackStatus(run: Run, status: StackStatus, reason?: string): void {
  const { stack } = run;
  stack.status = status;
  stack.statusReason = reason;
  const subject = {
    logicalId: stack.name,
    physicalId: stack.id,
    type: 'AWS::CloudFormation::Stack',
  };
  addEvent(run, subject, status, reason);
}

/** Sets the status of a resource and adds the event. */
export function setResourceStatus(
  run: Run,
  resource: StackResource,
  status: ResourceStatus,
  reason?: string,
  properties?: Values,
): void {
  // The stack's own reason is told only until the first resource begins.
  if (run.stack.statusReason === 'User Initiated') run.stack.statusReason = undefined;
  resource.status = status;
  resource.statusReason = reason;
  resource.updatedAt = run.engine.clock();
  addEvent(run, resource, status, reason, properties);
}

function addEvent(
  { engine, stack, operation }: Run,
  subject: { readonly logicalId: string; readonly physicalId: string; readonly type: string },
  status: string,
  reason?: string,
  properties?: Values,
): void {
  stack.events.push({
    id:
      subject.physicalId === stack.id
        ? randomUUID()
        : `${subject.logicalId}-${status}-${randomUUID()}`,
    operation,
    logicalId: subject.logicalId,
    physicalId: subject.physicalId,
    type: subject.type,
    status,
    reason,
    properties,
    at: engine.clock(),
  });
  const why = reason === undefined ? '' : ` (${reason})`;
  engine.log(`${stack.name} ${subject.logicalId} ${status}${why}`);
}
