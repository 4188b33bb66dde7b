import type { ChangeSet } from '../change-set.ts';
import { acknowledge } from '../drift/drift.ts';
import type { Engine, Region } from '../engine.ts';
import type { Operation, Stack } from '../stack.ts';
import { type Run, setStackStatus } from '../stack-events.ts';
import { newOperation } from './begin-operation.ts';
import { createStack, type OnFailure } from './create-stack.ts';
import { deleteLater } from './delete-change-set.ts';
import { type DeletionOptions, deleteStack } from './delete-stack.ts';
import { continueRollback, rollBackStack } from './roll-back-update.ts';
import { updateStack } from './update-stack.ts';

/** Starts to execute a change set and returns at once. */
export function startExecution(
  engine: Engine,
  region: Region,
  changeSet: ChangeSet,
  { token, onFailure }: { token: string | undefined; onFailure: OnFailure },
): void {
  const { stack } = changeSet;
  changeSet.executionStatus = 'EXECUTE_IN_PROGRESS';
  changeSet.token = token;
  stack.changeSetId = changeSet.id;
  // AWS deletes the stack's other change sets when one is executed.
  const others = region.changeSets.filter((other) => other.stack === stack && other !== changeSet);
  for (const other of others) void deleteLater(engine, region, other);
  acknowledge(stack, changeSet.drifts);
  const type = changeSet.type === 'CREATE' ? 'CREATE_STACK' : 'UPDATE_STACK';
  start(engine, region, stack, newOperation(engine, type, token), async (run) => {
    const specification = await engine.specification();
    if (changeSet.type === 'CREATE') await createStack(run, changeSet, specification, onFailure);
    else await updateStack(run, changeSet, specification, onFailure === 'DO_NOTHING');
    changeSet.executionStatus = 'EXECUTE_COMPLETE';
  });
}

/** Starts a deletion and returns at once. Cancels a creation first. */
export function startDeletion(
  engine: Engine,
  region: Region,
  stack: Stack,
  options: DeletionOptions & { readonly token: string | undefined },
): void {
  const before = stack.running;
  before?.abort.abort();
  start(engine, region, stack, newOperation(engine, 'DELETE_STACK', options.token), async (run) => {
    await before?.ended;
    await deleteStack(run, options);
  });
}

/** Starts to continue a failed rollback and returns at once. */
export function startContinuation(
  engine: Engine,
  region: Region,
  stack: Stack,
  { skip, token }: { readonly skip: readonly string[]; readonly token: string | undefined },
): void {
  const operation = newOperation(engine, 'CONTINUE_ROLLBACK', token);
  start(engine, region, stack, operation, (run) => continueRollback(run, skip));
}

/** Starts to roll back an update that failed without rollback, and returns at once. */
export function startRollback(
  engine: Engine,
  region: Region,
  stack: Stack,
  token: string | undefined,
): void {
  start(engine, region, stack, newOperation(engine, 'ROLLBACK', token), rollBackStack);
}

function start(
  engine: Engine,
  region: Region,
  stack: Stack,
  operation: Operation,
  work: (run: Run) => Promise<void>,
): void {
  const abort = new AbortController();
  const run: Run = { engine, region, stack, operation, signal: abort.signal };
  stack.operations.push(operation);
  const ended = work(run)
    .catch((error: unknown) => brokenDown(run, error))
    .finally(() => {
      for (const one of stack.operations) one.endedAt ??= engine.clock();
      if (stack.running?.abort === abort) delete stack.running;
    });
  stack.running = { abort, ended };
}

const BROKEN = {
  CREATE_CHANGESET: 'REVIEW_IN_PROGRESS',
  CREATE_STACK: 'CREATE_FAILED',
  UPDATE_STACK: 'UPDATE_FAILED',
  DELETE_STACK: 'DELETE_FAILED',
  CONTINUE_ROLLBACK: 'UPDATE_ROLLBACK_FAILED',
  ROLLBACK: 'UPDATE_ROLLBACK_FAILED',
} as const;

/** Records an error of the stand-in itself, so that nobody waits for ever because of it. */
function brokenDown(run: Run, error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  run.engine.log(`${run.stack.name}: ${text}`);
  const status = BROKEN[run.operation.type];
  const [firstLine] = text.split('\n');
  setStackStatus(run, status, `The rehearsal's CloudFormation broke down: ${firstLine}`);
}
