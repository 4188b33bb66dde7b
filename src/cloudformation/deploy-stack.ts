import { changeSetType, type PreparedChangeSet, proposeChange } from './change-set.ts';
import { checkOurs, unlessAnotherRunWasFirst } from './concurrent-runs.ts';
import { deleteStack } from './delete-stack.ts';
import { adopt, checkDeadline, operate, type StackEngine } from './follow.ts';
import { beingDestroyed, needsManualRepair, operationFailed } from './operation-failed.ts';
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
  let known = seen;
  for (let continued = false; ; known = undefined) {
    checkDeadline(engine, spec.name);
    const stack = known ?? (await engine.api.describe(spec.name));
    checkOurs(stack, spec);
    const step = deployStep(stack?.status);
    if (stack === undefined || step === 'create' || step === 'update') {
      const done = await unlessAnotherRunWasFirst(engine, spec.name, () =>
        changeStack(engine, spec, stack, planned),
      );
      if (done === undefined) continue;
      await protect(engine, spec, done, stack);
      return { ...done, durationMs: engine.clock.now() - began };
    }
    if (step === 'wait') {
      if (await isBeingDestroyed(engine.api, stack)) throw beingDestroyed(stack);
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
      throw needsManualRepair(stack);
    }
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
  if (changeSet !== undefined) return execute(engine, spec, changeSet, before);
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
  const start = () => engine.api.executeChangeSet(changeSet.id);
  const ended = await operate(engine, stack, start, added(changeSet.changes));
  if (ended.stack === undefined || !isDeployed(ended.stack.status)) {
    throw operationFailed(spec.name, ended, spec.template);
  }
  const outcome = changeSetType(before) === 'CREATE' ? ('created' as const) : ('updated' as const);
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
