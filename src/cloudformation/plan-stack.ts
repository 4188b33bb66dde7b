import { discardChangeSet } from './change-set.ts';
import { adopt, checkDeadline, type StackEngine } from './follow.ts';
import { checkOurs, unlessOvertaken } from './other-runs.ts';
import { proposeChange } from './propose-change.ts';
import type { Stack } from './stack-api.ts';
import { needsPerson } from './stack-failures.ts';
import { planFromTemplate, planOf, type StackPlan } from './stack-plan.ts';
import type { StackSpec } from './stack-spec.ts';
import { deployStep } from './stack-status.ts';

/**
 * What `deployStack` would do, by a change set that is removed again. An operation under way is waited for,
 * as a deploy does.
 *
 * @throws CloudError when a deploy would fail before it changes anything.
 */
export async function planStack(engine: StackEngine, spec: StackSpec): Promise<StackPlan> {
  for (;;) {
    checkDeadline(engine, spec.name);
    const stack = await engine.api.describe(spec.name);
    checkOurs(stack, spec);
    const step = deployStep(stack?.status);
    if (stack === undefined || step === 'create' || step === 'update') {
      const plan = await unlessOvertaken(engine, spec.name, () => planChange(engine, spec, stack));
      if (plan !== undefined) return plan;
    } else if (step === 'wait') {
      engine.log.info(`${spec.name}  is ${stack.status}: waiting for the operation under way`);
      await adopt(engine, stack);
    } else if (step === 'replace') {
      const note = `It is ${stack.status}: it never worked, so a deploy deletes it and creates it anew.`;
      return planFromTemplate(spec, 'replace', note);
    } else if (step === 'continue-rollback') {
      const note = `It is ${stack.status}: a deploy continues its rollback, then brings it to this template.`;
      return { ...planOf(spec, stack, []), note };
    } else {
      throw needsPerson(stack);
    }
  }
}

async function planChange(
  engine: StackEngine,
  spec: StackSpec,
  before: Stack | undefined,
): Promise<StackPlan> {
  const changeSet = await proposeChange(engine, spec, before);
  if (changeSet !== undefined) await discardChangeSet(engine, changeSet, before);
  return planOf(spec, before, changeSet?.changes);
}
