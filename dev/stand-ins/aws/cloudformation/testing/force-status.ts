import { type Engine, findStack } from '../engine.ts';

import { newOperation } from '../operations/begin-operation.ts';
import type { StackStatus } from '../stack.ts';
import { setStackStatus } from '../stack-events.ts';

/**
 * Test seam: sets a stack status that no call of the stand-in leads to, and adds the event. Resources stay
 * as they are. Real stacks get such a status by operations that are not simulated, such as imports.
 */
export function forceStatus(engine: Engine, stackName: string, status: StackStatus): void {
  for (const region of engine.regions.values()) {
    const stack = findStack(region, stackName);
    if (stack === undefined) continue;
    const operation = newOperation(engine, 'UPDATE_STACK', undefined);
    const { signal } = new AbortController();
    setStackStatus({ engine, region, stack, operation, signal }, status, 'Forced by a test');
    return;
  }
  throw new Error(`there is no stack ${stackName}`);
}
