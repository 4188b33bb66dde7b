import type { ChangeSet, ValidationFailure } from '../change-set.ts';
import { asItIs, driftsOf } from '../drift/drift.ts';
import { type Engine, factsOf, type Region, zonesOf } from '../engine.ts';
import type { Handlers } from '../handlers/handlers.ts';
import { isPresent } from '../stack.ts';
import { nameConflicts } from './name-conflicts.ts';
import { type Plan, planChanges, sameOutputs } from './plan.ts';
import { propertyProblems } from './properties.ts';
import type { Specification } from './specification.ts';

const NOTHING_TO_DO =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

/** AWS's reason since it has early validation (aws-cdk-cli#1000). DescribeEvents has the details. */
const VALIDATION_FAILED =
  'The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation]. To troubleshoot Early Validation errors, use the DescribeEvents API for detailed failure information.';

const NAME_TAKEN = VALIDATION_FAILED.replace('PropertyValidation', 'ResourceExistenceCheck');

/** The name of the hook that refuses change sets when `behaviour.hookRefusal` says so. */
export const HOOK = 'Example::Company::ChangeGuard';
const HOOK_FAILED = VALIDATION_FAILED.replace('AWS::EarlyValidation::PropertyValidation', HOOK);

/** Works out the changes of a change set. Resolves when it has its final status, and never rejects. */
export async function prepareChangeSet(
  engine: Engine,
  region: Region,
  changeSet: ChangeSet,
): Promise<void> {
  try {
    if (!isBeingDeleted(changeSet)) changeSet.status = 'CREATE_IN_PROGRESS';
    await engine.pacing.before({ kind: 'change-set', stackName: changeSet.stack.name });
    const specification = await engine.specification();
    await zonesOf(region);
    if (changeSet.revertsDrift) changeSet.drifts = await readDrifts(engine, region, changeSet);
    const plan = planOf(engine, region, changeSet, specification);
    const conflicts = await nameConflicts(plan.changes, plan.properties, region.clients);
    conclude(changeSet, plan, conflicts, specification, engine);
  } catch (error) {
    fail(changeSet, error instanceof Error ? error.message : String(error));
  } finally {
    changeSet.operation.endedAt = engine.clock();
  }
}

async function readDrifts(engine: Engine, region: Region, { stack }: ChangeSet) {
  if (engine.behaviour.driftAware === 'fails') {
    throw new Error('Access denied while reading the actual state of the resources');
  }
  return driftsOf(stack, region.clients);
}

function planOf(
  engine: Engine,
  region: Region,
  { stack, deployment, type, drifts }: ChangeSet,
  specification: Specification,
): Plan {
  const existing = [...stack.resources]
    .filter(([, one]) => type === 'UPDATE' && isPresent(one) && one.status !== 'CREATE_FAILED')
    .flatMap(([logicalId, one]) => {
      const real = asItIs(one, drifts.get(logicalId));
      return real === undefined ? [] : [[logicalId, real] as const];
    });
  return planChanges({
    next: deployment,
    facts: factsOf(engine, region, stack, deployment),
    specification,
    stack,
    existing: new Map(existing),
  });
}

function conclude(
  changeSet: ChangeSet,
  { changes, properties }: Plan,
  conflicts: readonly ValidationFailure[],
  specification: Specification,
  { handlers, behaviour }: Engine,
): void {
  changeSet.changes = changes;
  const invalid = [...properties].flatMap(([logicalId, values]): ValidationFailure[] => {
    const type = changeSet.deployment.live.resources[logicalId]?.type ?? '';
    const spec = specification(type);
    if (spec === undefined) return [];
    const path = `/Resources/${logicalId}/Properties`;
    const problems = [
      ...propertyProblems(spec, values),
      ...notSimulated(type, Object.keys(values), handlers),
    ];
    return problems.map((one) => ({
      logicalId,
      type,
      path: `${path}${one.path}`,
      reason: one.reason,
    }));
  });
  changeSet.failures = [...invalid, ...conflicts];
  if (changeSet.failures.length > 0) {
    fail(changeSet, invalid.length > 0 ? VALIDATION_FAILED : NAME_TAKEN);
  } else if (behaviour.hookRefusal !== undefined) {
    changeSet.hookRefusal = behaviour.hookRefusal;
    fail(changeSet, HOOK_FAILED);
  } else if (changes.length === 0 && !changesOtherwise(changeSet)) {
    fail(changeSet, NOTHING_TO_DO);
  } else if (!isBeingDeleted(changeSet)) {
    changeSet.status = 'CREATE_COMPLETE';
    changeSet.executionStatus = 'AVAILABLE';
  }
}

/** Problems for properties that AWS supports and the stand-in does not: refused by name, not ignored. */
function notSimulated(type: string, names: readonly string[], handlers: Handlers) {
  const known = handlers[type]?.properties;
  if (known === undefined) {
    return [{ path: '', reason: `The rehearsal does not simulate ${type}` }];
  }
  return names
    .filter((name) => !known.includes(name))
    .map((name) => ({
      path: `/${name}`,
      reason: `The rehearsal does not simulate ${type} ${name}`,
    }));
}

/** Whether outputs change although no resource does. */
function changesOtherwise({ type, stack, deployment }: ChangeSet): boolean {
  if (type === 'CREATE' || stack.deployed === undefined) return true;
  return !sameOutputs(stack.deployed, deployment);
}

/** Another change set of the stack may have been executed meanwhile, which deletes this one. */
function isBeingDeleted({ status }: ChangeSet): boolean {
  return status.startsWith('DELETE_');
}

function fail(changeSet: ChangeSet, reason: string): void {
  if (isBeingDeleted(changeSet)) return;
  changeSet.status = 'FAILED';
  changeSet.statusReason = reason;
}
