import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { CHECKOUT } from '../../tools/checkout.ts';
import { blockNames, blocksIn, isBlock, README, readmeBlock } from './readme-blocks.ts';

const blocks = blocksIn(README);

it('each block of the README has exactly one name, and each name has a block and somebody who runs it', () => {
  const names = blocks.map(({ text }) => blockNames().filter((name) => isBlock(name, text)));
  expect(names.map((one) => one.join(' and '))).toEqual(blockNames());
  const run = (['walk', 'check', 'contract', 'ci'] as const).flatMap(blockNames);
  expect([...new Set(run)].sort()).toEqual([...blockNames()].sort());
});

it('the README has one block more, a drawing', () => {
  const fences = README.match(/^ *(```|~~~)/gm) ?? [];
  expect(blocks.length).toBeGreaterThanOrEqual(10);
  expect(fences).toHaveLength(2 * (blocks.length + 1));
});

it.each(blocks.filter(({ language }) => language === 'sh'))('bash reads $text', ({ text }) => {
  execFileSync('bash', ['-n', '-c', text]);
});

it('CI runs the commands with which one tries the pack', () => {
  const ci = readFileSync(join(CHECKOUT, '.ci', 'run'), 'utf8');
  const commands = readmeBlock('try it').match(/npm [\w ]*\w/g) ?? [];
  expect(commands).toEqual(['npm ci', 'npm run rehearse', 'npm ci', 'npm test']);
  for (const command of commands) expect(ci).toContain(`stage '${command}' ${command}\n`);
});

it('the annotation of a pod names the networks that the first environment has', () => {
  const { metadata } = parse(readmeBlock('attach')) as {
    metadata: { annotations: Readonly<Record<string, string>> };
  };
  const example = readFileSync(join(CHECKOUT, 'examples', 'by-hand.yml'), 'utf8');
  const { jobs } = parse(example) as { jobs: { deploy: { with: { networks: string } } } };
  const networks = parse(jobs.deploy.with.networks) as readonly { name: string }[];
  expect(metadata.annotations['k8s.v1.cni.cncf.io/networks']).toBe(
    networks.map(({ name }) => name).join(', '),
  );
});

it('starts only workflows that the set-up writes, with values that they offer', () => {
  const runs = [...README.matchAll(/gh workflow run multus-([\w-]+)\.yml .*--field what=(\w+)/g)];
  expect(runs.map(([, , what]) => what)).toEqual(['check', 'plan', 'deploy', 'destroy']);
  for (const [, name, what] of runs) {
    const text = readFileSync(join(CHECKOUT, 'examples', `${name}.yml`), 'utf8');
    const { on } = parse(text) as {
      on: { workflow_dispatch: { inputs: { what: { options: string[] } } } };
    };
    expect(on.workflow_dispatch.inputs.what.options).toContain(what);
  }
  const [, names = ''] = /--workflows ([\w,-]+)\n/.exec(README) ?? [];
  for (const name of names.split(',')) {
    expect(existsSync(join(CHECKOUT, 'examples', `${name}.yml`)), name).toBe(true);
  }
});

it('gives only options that the set-up has', () => {
  const script = readFileSync(join(CHECKOUT, 'scripts', 'setup.sh'), 'utf8');
  const given = [...README.matchAll(/bash setup\.sh (.*?)[`\n]/g)].flatMap(([, words = '']) =>
    words.split(' ').filter((word) => word.startsWith('--')),
  );
  expect(given.length).toBeGreaterThanOrEqual(5);
  for (const option of given)
    expect(script).toMatch(new RegExp(`^ +(.*\\| )?${option}( \\||\\))`, 'm'));
});
