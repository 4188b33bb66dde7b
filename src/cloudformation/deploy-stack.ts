import {
  changeSetType,
  discardChangeSet,
  type PreparedChangeSet,
  proposeChange,
} from './change-set.ts';
import { checkOurs, unlessAnotherRunWasFirst } from './concurrent-runs.ts';
import { deleteStack } from './delete-stack.ts';
import { rollBackFailedUpdate } from './failed-update.ts';
import { adopt, checkDeadline, operate, type StackEngine } from './follow.ts';
import { beingDestroyed, needsManualRepair, operationFailed } from './operation-failed.ts';
import { refusalOf } from './refused-changes.ts';
import type { Stack, StackSpec } from './stack-api.ts';
import { isBeingDestroyed } from './stack-events.ts';
import { planOf, type StackPlan } from './stack-plan.ts';
import { deployStep, isDeployed } from './stack-status.ts';

export interface DeployedStack {
  readonly name: string;
  readonly id: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly outcome: 'created' | 'updated' | 'unchanged';
  readonly durationMs: number;
}

export interface DeployOptions {
  /** The stack as the caller has just described it, which saves a call. */
  readonly seen?: Stack | undefined;
  /** Called with the plan before it is executed. */
  readonly planned?: (plan: StackPlan) => void;
}

/**
 * Brings a stack to `spec`, whatever state it is in. Waits for running operations, deletes a stack that never worked, and
 * changes nothing when there is nothing to change.
 *
 * @throws CloudError naming the first resource that failed and the line of the template that declares it.
 */
export async function deployStack(
  engine: StackEngine,
  spec: StackSpec,
  { seen, planned = () => {} }: DeployOptions = {},
): Promise<DeployedStack> {
  const began = engine.clock.now();
  const again = () => engine.api.describe(spec.name);
  let stack = seen ?? (await again());
  for (let continued = false; ; ) {
    checkDeadline(engine, spec.name);
    checkOurs(stack, spec);
    const step = deployStep(stack?.status);
    const goesOn = step === 'roll-back' && spec.onFailure === 'keep';
    if (stack === undefined || step === 'create' || step === 'update' || goesOn) {
      const before = stack;
      const done = await unlessAnotherRunWasFirst(engine, spec.name, () =>
        changeStack(engine, spec, before, planned),
      );
      // CloudFormation finds nothing to change in the template whose update failed.
      if (before !== undefined && goesOn && done?.outcome === 'unchanged') {
        stack = await rollBackFailedUpdate(engine, before, spec.template);
      } else if (done === undefined) {
        stack = await again();
      } else {
        await protect(engine, spec, done, before);
        return { ...done, durationMs: engine.clock.now() - began };
      }
    } else if (step === 'give-up' || (step === 'continue-rollback' && continued)) {
      throw needsManualRepair(stack);
    } else {
      continued = step === 'continue-rollback';
      stack = await makeReady(engine, spec, stack, step);
    }
  }
}

/** Brings a stack that cannot be changed now a step nearer to it. Returns the stack as it is then. */
async function makeReady(
  engine: StackEngine,
  spec: StackSpec,
  stack: Stack,
  step: 'wait' | 'replace' | 'continue-rollback' | 'roll-back',
): Promise<Stack | undefined> {
  const { api, log } = engine;
  const is = `${spec.name}  is ${stack.status}`;
  switch (step) {
    case 'wait':
      if (await isBeingDestroyed(api, stack)) throw beingDestroyed(stack);
      log.info(`${is}: following the operation under way`);
      await adopt(engine, stack);
      return api.describe(spec.name);
    case 'replace':
      log.info(`${is}: it never worked, so it is deleted first`);
      await deleteStack(engine, stack, spec.template);
      return undefined;
    case 'continue-rollback':
      log.info(`${is}: continuing its rollback`);
      return (await operate(engine, stack, () => api.continueRollback(stack.id))).stack;
    case 'roll-back':
      return rollBackFailedUpdate(engine, stack, spec.template);
  }
}

async function changeStack(
  engine: StackEngine,
  spec: StackSpec,
  before: Stack | undefined,
  planned: (plan: StackPlan) => void,
) {
  const changeSet = await proposeChange(engine, spec, before);
  planned(planOf(spec, before, changeSet?.changes));
  if (changeSet !== undefined) {
    const refusal = refusalOf(spec, changeSet.changes, before);
    if (refusal === undefined) return execute(engine, spec, changeSet, before);
    await discardChangeSet(engine, changeSet, before);
    throw refusal;
  }
  if (before === undefined) throw new Error(`${spec.name}: nothing to create`);
  return { ...facts(before), outcome: 'unchanged' as const };
}

async function execute(
  engine: StackEngine,
  spec: StackSpec,
  changeSet: PreparedChangeSet,
  before: Stack | undefined,
) {
  const stack = { id: changeSet.stackId, name: spec.name };
  const type = changeSetType(before);
  const disableRollback = type === 'CREATE' ? undefined : spec.onFailure === 'keep';
  const start = () => engine.api.executeChangeSet(changeSet.id, disableRollback);
  const ended = await operate(engine, stack, start, added(changeSet.changes));
  if (ended.stack === undefined || !isDeployed(ended.stack.status)) {
    throw operationFailed(spec.name, ended, spec.template);
  }
  const outcome = type === 'CREATE' ? ('created' as const) : ('updated' as const);
  return { ...facts(ended.stack), outcome };
}

function facts({ name, id, outputs }: Stack) {
  return { name, id, outputs };
}

/** Sets termination protection, which is not part of a change set. */
async function protect(
  engine: StackEngine,
  spec: StackSpec,
  { id }: Pick<Stack, 'id'>,
  before: Stack | undefined,
): Promise<void> {
  const wanted = spec.terminationProtection;
  if (wanted === undefined || wanted === (before?.terminationProtection ?? false)) return;
  await engine.api.protect(id, wanted);
  engine.log.info(`${spec.name}  termination protection is ${wanted ? 'on' : 'off'}`);
}

/** Only new resources: the polling estimate does not cover updates. */
function added(changes: PreparedChangeSet['changes']): PreparedChangeSet['changes'] {
  return changes.filter(({ action }) => action === 'Add');
}
