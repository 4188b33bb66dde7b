import { expect, it } from 'vitest';
import { followWorkflow } from './act-log.ts';

const lines = [
  { job: 'provision/Provision', raw_output: true, msg: 'creating\n' },
  { job: 'provision/Provision', command: 'group', arg: 'stack x', msg: '  ❓  ::group::' },
  { job: 'provision/Provision', command: 'set-output', name: 'environment', arg: '{"a":1}' },
  { job: 'provision/Provision', command: 'summary', content: '# Stacks\n' },
  {
    job: 'provision/Provision',
    msg: 'LocalRepositoryCache matched https://github.com/acme/pack with ref v1 to /somewhere',
  },
  { job: 'provision/Provision', jobResult: 'success', msg: 'Job succeeded' },
];

it('collects outputs, summary and result', () => {
  const log = followWorkflow();
  const shown = lines.map((line) => log.line(JSON.stringify(line)));
  expect(shown).toEqual([
    '[Provision] creating',
    '[Provision] ▾ stack x',
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect(log.result()).toEqual({
    succeeded: true,
    outputs: { environment: '{"a":1}' },
    summary: '# Stacks\n',
    errors: [],
    notices: [],
    downloads: ['acme/pack@v1'],
    log: '[Provision] creating\n[Provision] ▾ stack x',
  });
});

it('fails when a job failed, and keeps its errors', () => {
  const log = followWorkflow();
  log.line(
    JSON.stringify({ job: 'a', command: 'error', arg: 'broken', kvPairs: { title: 'AWS' } }),
  );
  log.line(JSON.stringify({ job: 'a', jobResult: 'failure' }));
  expect(log.result()).toMatchObject({ succeeded: false, errors: ['broken'] });
});

it('does not count a run without jobs as a success', () => {
  const log = followWorkflow();
  expect(log.line('Error: no such workflow')).toBe('Error: no such workflow');
  expect(log.result().succeeded).toBe(false);
});
