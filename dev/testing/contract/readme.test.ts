import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { CHECKOUT } from '../../tools/checkout.ts';
import { shellBlocks, stepsOfReadme } from './readme-steps.ts';

const readme = readFileSync(join(CHECKOUT, 'README.md'), 'utf8');
const walked = stepsOfReadme().flat();

it('each block of the README is a step of the first environment, but the one that starts rehearsals', () => {
  const others = shellBlocks(readme).filter((block) => !walked.includes(block));
  expect(others).toHaveLength(1);
  expect(others[0]).toContain('npm run rehearse');
  expect(walked.length).toBeGreaterThanOrEqual(8);
});

it.each(walked)('bash reads %s', (block) => {
  execFileSync('bash', ['-n', '-c', block]);
});

it('starts only workflows that the set-up writes, with values that they offer', () => {
  const runs = [...readme.matchAll(/gh workflow run multus-([\w-]+)\.yml .*--field what=(\w+)/g)];
  expect(runs.map(([, , what]) => what)).toEqual(['check', 'plan', 'deploy', 'destroy']);
  for (const [, name, what] of runs) {
    const text = readFileSync(join(CHECKOUT, 'examples', `${name}.yml`), 'utf8');
    const { on } = parse(text) as {
      on: { workflow_dispatch: { inputs: { what: { options: string[] } } } };
    };
    expect(on.workflow_dispatch.inputs.what.options).toContain(what);
  }
  const [, names = ''] = /--workflows ([\w,-]+)\n/.exec(readme) ?? [];
  for (const name of names.split(',')) {
    expect(existsSync(join(CHECKOUT, 'examples', `${name}.yml`)), name).toBe(true);
  }
});

it('gives only options that the set-up has', () => {
  const script = readFileSync(join(CHECKOUT, 'scripts', 'setup.sh'), 'utf8');
  const given = [...readme.matchAll(/bash setup\.sh (.*?)[`\n]/g)].flatMap(([, words = '']) =>
    words.split(' ').filter((word) => word.startsWith('--')),
  );
  expect(given.length).toBeGreaterThanOrEqual(5);
  for (const option of given)
    expect(script).toMatch(new RegExp(`^ +(.*\\| )?${option}( \\||\\))`, 'm'));
});
