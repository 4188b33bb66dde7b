import { CloudError, messageOf } from '../github/errors.ts';
import {
  changeLine,
  changeSetType,
  discardChangeSet,
  type PreparedChangeSet,
  prepareChangeSet,
} from './change-set.ts';
import { deleteStack } from './delete-stack.ts';
import { adopt, checkDeadline, operate, type StackEngine } from './follow.ts';
import { operationFailed } from './operation-failed.ts';
import { pollDelay } from './polling.ts';
import type { Change, Stack } from './stack-api.ts';
import type { StackSpec } from './stack-spec.ts';
import { deployStep, isDeployed } from './stack-status.ts';

export interface DeployedStack {
  readonly name: string;
  readonly id: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly outcome: 'created' | 'updated' | 'unchanged';
  readonly durationMs: number;
}

/**
 * Makes a stack be what `spec` says, whatever state it is in: waits for operations that are already under way,
 * removes a stack that never worked, and changes nothing when there is nothing to change.
 *
 * @throws CloudError naming the first resource that failed and the line of the template that declares it.
 */
export async function deployStack(engine: StackEngine, spec: StackSpec): Promise<DeployedStack> {
  const began = engine.clock.now();
  for (let continued = false; ; ) {
    checkDeadline(engine, spec.name);
    const stack = await engine.api.describe(spec.name);
    if (stack !== undefined && isForeign(stack, spec)) throw foreign(stack, spec);
    const step = deployStep(stack?.status);
    if (stack === undefined || step === 'create' || step === 'update') {
      const done = await changeStack(engine, spec, stack);
      if (done !== undefined) return { ...done, durationMs: engine.clock.now() - began };
    } else if (step === 'wait') {
      engine.log.info(`${spec.name}  is ${stack.status}: following the operation under way`);
      await adopt(engine, stack);
    } else if (step === 'replace') {
      engine.log.info(`${spec.name}  is ${stack.status}: it never worked, so it is deleted first`);
      await deleteStack(engine, stack, spec.template);
    } else if (step === 'continue-rollback' && !continued) {
      engine.log.info(`${spec.name}  is ${stack.status}: continuing its rollback`);
      await operate(engine, stack, () => engine.api.continueRollback(stack.id));
      continued = true;
    } else {
      throw needsPerson(stack);
    }
  }
}

/** Undefined when somebody else's operation came first, so that the stack has to be looked at again. */
async function changeStack(engine: StackEngine, spec: StackSpec, before: Stack | undefined) {
  try {
    const changeSet = await prepareChangeSet(engine, spec, before);
    if (changeSet.outcome !== 'ready') await discardChangeSet(engine.api, changeSet);
    if (changeSet.outcome === 'failed') throw changeSetFailed(spec, changeSet);
    if (changeSet.outcome === 'no-changes' && before !== undefined) {
      engine.log.info(`${spec.name}  is up to date`);
      return result(before, 'unchanged');
    }
    return await execute(
      engine,
      spec,
      changeSet,
      changeSetType(before) === 'CREATE' ? 'created' : 'updated',
    );
  } catch (error) {
    if (!otherOperationRuns(error)) throw error;
    engine.log.info(`${spec.name}  is busy with another operation: ${messageOf(error)}`);
    await engine.clock.sleep(pollDelay(0));
    return undefined;
  }
}

async function execute(
  engine: StackEngine,
  spec: StackSpec,
  changeSet: PreparedChangeSet,
  outcome: 'created' | 'updated',
) {
  for (const line of changeLines(changeSet.changes, outcome)) {
    engine.log.info(`${spec.name}  ${line}`);
  }
  const stack = { id: changeSet.stackId, name: spec.name };
  const ended = await operate(engine, stack, () => engine.api.executeChangeSet(changeSet.id));
  if (ended.stack === undefined || !isDeployed(ended.stack.status)) {
    throw operationFailed(spec.name, ended, spec.template);
  }
  return result(ended.stack, outcome);
}

/** The events of a creation name every resource anyhow; for an update it matters what it is about to do. */
function changeLines(changes: readonly Change[], outcome: 'created' | 'updated') {
  return outcome === 'created'
    ? [`${changes.length} resources to create`]
    : changes.map(changeLine);
}

/** A stack that has something in it and that was not made for this purpose: it must not be touched. */
function isForeign(stack: Stack, spec: StackSpec): boolean {
  if (deployStep(stack.status) === 'create' || stack.status === 'DELETE_IN_PROGRESS') return false;
  return Object.entries(spec.tags).some(([key, value]) => stack.tags[key] !== value);
}

function foreign(stack: Stack, spec: StackSpec): CloudError {
  const tags = Object.entries(spec.tags).map(([key, value]) => `${key}=${value}`);
  return new CloudError({
    resource: `stack ${stack.name}`,
    reason: `there is a stack of this name already, and it lacks the tag ${tags.join(', ')}`,
    nextStep: 'choose another name, or remove that stack if nobody needs it',
  });
}

function result(stack: Stack, outcome: DeployedStack['outcome']) {
  return { name: stack.name, id: stack.id, outputs: stack.outputs, outcome };
}

/** CloudFormation refuses a change set, or its execution, when another run has begun an operation since. */
function otherOperationRuns(error: unknown): boolean {
  const refusal = /is in \w+_IN_PROGRESS state|already exists and cannot be created again/;
  return refusal.test(messageOf(error)) && !(error instanceof CloudError);
}

function changeSetFailed(spec: StackSpec, changeSet: PreparedChangeSet): CloudError {
  return new CloudError({
    resource: `stack ${spec.name}: change set`,
    reason: changeSet.reason ?? 'CloudFormation gave no reason',
    nextStep: 'correct the inputs that the reason points at, then run the action again',
    file: spec.template.file,
  });
}

function needsPerson(stack: Stack): CloudError {
  return new CloudError({
    resource: `stack ${stack.name}`,
    reason: `it is ${stack.status}${stack.reason === undefined ? '' : `: ${stack.reason}`}`,
    nextStep:
      'bring the stack into a stable state in the CloudFormation console, or destroy the environment, then run the action again',
  });
}
