import { expect } from 'vitest';
import type { BundleRun } from './run-bundle.ts';

/**
 * Expects that a run of an action refused an input, with one annotation that names it.
 *
 * @param got the value in the annotation, as far as the test knows it
 * @param allowed words of the annotation
 */
export function expectRefusal(
  run: BundleRun,
  { input, got = '', allowed }: { input: string; got?: string; allowed: string | RegExp },
): void {
  expect(run.exitCode, run.log).toBe(1);
  expect(run.errors).toHaveLength(1);
  expect(run.errors[0]).toContain(`Input "${input}": got ${got}`);
  expect(run.errors[0]).toContain('allowed: ');
  expect(run.errors[0]).toMatch(allowed);
  expect(run.outputs).toEqual({ failure: expect.stringContaining('"title":"Invalid input"') });
}
