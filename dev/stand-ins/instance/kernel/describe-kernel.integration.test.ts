import { expect, it } from 'vitest';
import { ensureTools } from '../../../tools/install/tools.ts';
import { consoleProgress } from '../../../tools/progress.ts';
import { describeKernel, findFault } from './describe-kernel.ts';

it.skipIf(process.getuid?.() !== 0)('the kernel of the nodes runs programs here', async () => {
  const { kernel } = await ensureTools(['node'], consoleProgress());
  expect(await findFault(kernel)).toBeUndefined();
  expect(await describeKernel(kernel)).toMatch(/^nodes run Linux \d+\.\d+\.\d+ with /);
});

it('a program that is no kernel runs none', async () => {
  expect(await findFault('/bin/true')).toBe('it says nothing');
});
