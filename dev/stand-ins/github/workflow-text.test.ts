import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { CHECKOUT } from '../../tools/checkout.ts';
import { forAct, upToStep } from './workflow-text.ts';

const folder = join(CHECKOUT, '.github/workflows');
const files = readdirSync(folder).map((file) => ({
  file,
  text: readFileSync(join(folder, file), 'utf8'),
}));
const source = { repository: 'acme/pack', sha: 'abc' };

interface Step {
  readonly uses?: string;
}

it('removes keys that act does not know', () => {
  const changed = files.filter(({ text }) => /queue:|deployment:/.test(text));
  expect(changed.length).toBeGreaterThan(1);
  for (const { text } of changed)
    expect(forAct(text, source)).not.toMatch(/queue: |^ {6}deployment: /m);
});

it.each(files)('$file: loses nothing else', ({ text }) => {
  const without = JSON.parse(JSON.stringify(parse(text)), (key, value) => {
    if (key === 'queue' || key === 'deployment') return undefined;
    if (key === 'uses') return String(value).replace(/^\$\/(actions\/.*)/, 'acme/pack/$1@abc');
    return value;
  });
  const rewritten = JSON.parse(JSON.stringify(parse(forAct(text, source))), (key, value) =>
    key === 'steps' ? (value as Step[]).filter(({ uses }) => !isEntering(uses)) : value,
  );
  expect(rewritten).toEqual(without);
});

it('names the commit of the actions in the own repository', () => {
  const text = '      - uses: $/actions/verify\n';
  expect(forAct(text, source)).toBe('      - uses: acme/pack/actions/verify@abc\n');
});

it('lets each job with an environment enter it first', () => {
  const entered = files.flatMap(({ file, text }) => {
    const { jobs } = parse(forAct(text, source)) as {
      jobs: Record<string, { environment?: unknown; steps?: readonly Step[] }>;
    };
    return Object.entries(jobs).map(([name, { environment, steps = [] }]) => ({
      job: `${file} ${name}`,
      hasEnvironment: environment !== undefined,
      enters: steps.map(({ uses }) => isEntering(uses)).indexOf(true),
    }));
  });
  expect(entered.filter(({ hasEnvironment }) => hasEnvironment).length).toBeGreaterThan(5);
  for (const { job, hasEnvironment, enters } of entered) {
    expect(enters, job).toBe(hasEnvironment ? 0 : -1);
  }
});

it('tells the stand-in whether GitHub records a deployment', () => {
  const job = (deployment: string) =>
    `jobs:\n  a:\n    environment:\n      name: \${{ inputs.e }}\n${deployment}    steps:\n`;
  expect(forAct(job(''), source)).toContain('          deployment: true\n');
  expect(forAct(job('      deployment: false # why\n'), source)).toContain(
    '          deployment: false\n',
  );
});

it('tells the stand-in which file has the job, where it is known', () => {
  const job = 'jobs:\n  a:\n    environment: e\n    steps:\n';
  expect(forAct(job, source, '.github/workflows/x.yml')).toContain(
    '          workflow: acme/pack/.github/workflows/x.yml\n',
  );
  expect(forAct(job, source)).not.toContain('workflow:');
});

it('ends a workflow with a step', () => {
  const text = readFileSync(join(folder, 'provision.yml'), 'utf8');
  const { jobs } = parse(upToStep(text, 'configure'));
  const all = parse(text).jobs.provision.steps as { id?: string }[];
  const count = all.findIndex(({ id }) => id === 'configure') + 1;
  expect(count).toBeLessThan(all.length);
  expect(jobs.provision.steps).toEqual(all.slice(0, count));
});

function isEntering(uses: string | undefined): boolean {
  return uses?.startsWith('actions/enter-environment@') ?? false;
}
