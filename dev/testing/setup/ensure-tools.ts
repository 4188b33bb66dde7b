import type { TestProject } from 'vitest/node';
import { ensureTools, type ToolSet } from '../../tools/install/tools.ts';
import { consoleProgress } from '../../tools/progress.ts';

/** Only root can boot the machines of the tests; for others those tests are skipped. */
const machines: readonly ToolSet[] = process.getuid?.() === 0 ? ['node'] : [];

/** What the tests of each project in `vitest.config.ts` run. */
const TOOLS: Readonly<Record<string, readonly ToolSet[]>> = {
  unit: ['unit-tests'],
  integration: ['lint', 'moto', 'control-plane', 'cni', 'crane', 'multus', 'browser', ...machines],
};

/** Runs once before the tests of a project, so that the first, long build of the tools is visible and not part of a test. */
export async function setup({ name }: TestProject): Promise<void> {
  const sets = TOOLS[name];
  if (sets === undefined) throw new Error(`no tools are listed for the tests of "${name}"`);
  await ensureTools(sets, consoleProgress());
}
