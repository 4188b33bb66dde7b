import type { InputProblem } from '../core/errors.ts';
import type { Environment } from './environment.ts';

/** The parameter of a node group's stack that says whether the group sleeps. Its sizes stay in their own parameters. */
export const ASLEEP = 'Asleep';

/** Whether a node group sleeps, by its stack: its Auto Scaling group has no instances. Pure. */
export function isAsleep({
  parameters,
}: {
  readonly parameters: Readonly<Record<string, string>>;
}): boolean {
  return parameters[ASLEEP] === 'true';
}

/** What is wrong with the input `environment` of a step that needs nodes; nothing when the environment is awake. Pure. */
export function asleepProblems(environment: Environment | undefined): readonly InputProblem[] {
  if (environment?.asleep !== true) return [];
  const allowed =
    'an environment that is awake, because this step needs nodes. A deploy wakes it, and so does sleep.yml with turn: wake';
  return [{ input: 'environment', value: `${environment.name}, asleep`, allowed }];
}
