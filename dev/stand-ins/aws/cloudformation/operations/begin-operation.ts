import { randomUUID } from 'node:crypto';
import type { Engine } from '../engine.ts';
import type { Operation } from '../stack.ts';
import type { Run } from '../stack-events.ts';

export function newOperation(
  engine: Engine,
  type: Operation['type'],
  token: string | undefined,
): Operation {
  return { id: randomUUID(), type, token, startedAt: engine.clock() };
}

/**
 * Ends the operation that failed and begins its rollback, which is an operation of its own (stack-event-poller.ts of
 * aws/aws-cdk-cli; awslabs/mcp#4275).
 */
export function beginRollback(run: Run): Run {
  const { engine, stack, operation: failed } = run;
  failed.endedAt = engine.clock();
  const operation: Operation = {
    ...newOperation(engine, 'ROLLBACK', failed.token),
    of: failed.type,
  };
  stack.operations.push(operation);
  return { ...run, operation };
}
