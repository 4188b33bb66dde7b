import { InputError, type InputProblem } from '../../../src/core/errors.ts';

/** The problems that reading the inputs finds; none when it succeeds. */
export function inputProblems(read: () => unknown): readonly InputProblem[] {
  try {
    read();
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
  return [];
}
