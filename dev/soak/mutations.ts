import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { MUTATIONS, type Mutation, mutated } from '../testing/aws-facts/mutations.ts';
import { CHECKOUT } from '../tools/checkout.ts';
import { ProgramError, run } from '../tools/process.ts';
import { renderTable } from '../tools/table.ts';
import type { Soak } from './trial.ts';

/**
 * Puts each fault that the product had back into a copy of the checkout and runs the tests that are to notice it. The same
 * tests must pass without the fault.
 */
export const mutations: Soak = async () => {
  const copy = mkdtempSync(join(tmpdir(), 'mutations-'));
  try {
    cpSync(CHECKOUT, copy, { recursive: true, filter: isCopied });
    symlinkSync(join(CHECKOUT, 'node_modules'), join(copy, 'node_modules'));
    const findings = [];
    for (const suite of new Map(MUTATIONS.map((one) => [one.test, one])).values()) {
      const passed = await passes(copy, suite);
      findings.push({ what: suite.test, found: passed ? 'passes' : 'fails', ok: passed });
    }
    for (const mutation of MUTATIONS) {
      const noticed = await isNoticed(copy, mutation);
      findings.push({
        what: mutation.fault,
        found: noticed ? 'noticed' : 'not noticed',
        ok: noticed,
      });
    }
    console.log(renderTable(findings));
    return findings.every(({ ok }) => ok);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
};

function isCopied(path: string): boolean {
  return !/^(node_modules|\.git|\.rehearsal|coverage)($|\/)/.test(relative(CHECKOUT, path));
}

async function isNoticed(copy: string, mutation: Mutation): Promise<boolean> {
  const path = join(copy, mutation.file);
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, mutated(text, mutation));
  try {
    return !(await passes(copy, mutation));
  } finally {
    writeFileSync(path, text);
  }
}

/** Whether all tests of a suite pass. */
async function passes(cwd: string, { project, test }: Mutation): Promise<boolean> {
  const vitest = join('node_modules', 'vitest', 'vitest.mjs');
  try {
    await run(process.execPath, [vitest, 'run', '--project', project, '--bail', '1', test], {
      cwd,
    });
    return true;
  } catch (error) {
    if (error instanceof ProgramError) return false;
    throw error;
  }
}
