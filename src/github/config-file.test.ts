import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { configField, readConfigFile } from './config-file.ts';
import { flag, list, oneOf, readInputs, text, wholeNumber, yaml } from './inputs.ts';

const PATH = '.github/multus.yaml';

/** Fields with names from the published schema. */
const schema = z.object({
  ...configField,
  'kubernetes-version': text(/^1\.\d\d$/, 'a version such as 1.34').optional(),
  'availability-zones': list().default([]),
  'ttl-hours': wholeNumber(0, 100).optional(),
  'nat-gateways': oneOf(['one', 'none']).default('one'),
  prune: flag().default(false),
  'node-groups': yaml(
    z.array(z.strictObject({ name: z.string(), max: z.number('a number').optional() })),
    'a list of node groups',
  ).optional(),
});

function read(content: string, given: Readonly<Record<string, string>> = {}) {
  const inputs: Readonly<Record<string, string>> = { 'config-file': PATH, ...given };
  const readText = (path: string) => {
    if (path !== PATH) throw new Error(`no ${path}`);
    return content;
  };
  return readInputs(schema, (name) => inputs[name] ?? '', { readText });
}

describe('an input', () => {
  const file = 'nat-gateways: none\nttl-hours: 24\n';

  it('of the job comes before the file, and the file before the default', () => {
    expect(read('')['nat-gateways']).toBe('one');
    expect(read(file)['nat-gateways']).toBe('none');
    expect(read(file, { 'nat-gateways': 'one' })['nat-gateways']).toBe('one');
    expect(read(file, { 'nat-gateways': 'one' })['ttl-hours']).toBe(24);
  });

  it('of the file may be a value of YAML, or the text that the job would give', () => {
    const typed = read(
      'kubernetes-version: 1.30\navailability-zones: [a, b]\nprune: true\nnode-groups:\n  - name: ng1\n    max: 3\n',
    );
    const texts = read(
      "kubernetes-version: '1.30'\navailability-zones: a,b\nprune: 'true'\nnode-groups: |\n  - { name: ng1, max: 3 }\n",
    );
    expect(typed).toEqual(texts);
    expect(typed).toMatchObject({
      'kubernetes-version': '1.30',
      'availability-zones': ['a', 'b'],
      prune: true,
      'node-groups': [{ name: 'ng1', max: 3 }],
    });
  });

  it('without a value in the file has its default', () => {
    expect(read('nat-gateways:\nprune: null\n')).toMatchObject({
      'nat-gateways': 'one',
      prune: false,
    });
  });

  it('of the same value gives the same, wherever it is', () => {
    const groups = fc.array(
      fc.record({ name: fc.string(), max: fc.integer() }, { requiredKeys: ['name'] }),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(groups, (value) => {
        const ofFile = read(stringify({ 'node-groups': value }));
        const ofJob = read('', { 'node-groups': JSON.stringify(value) });
        expect(ofFile['node-groups']).toEqual(ofJob['node-groups']);
        expect(ofFile['node-groups']).toEqual(parse(stringify(value)));
      }),
    );
  });
});

describe('what is wrong is named with its file and line', () => {
  it.each([
    [
      'a key that nobody knows',
      'prune: true\nnat-gateway: one\n',
      `${PATH}:2: "nat-gateway": got nothing; allowed: only the keys accept-insights, `,
    ],
    [
      'a word',
      '# comment\n\nnat-gateways: two\n',
      `${PATH}:3: "nat-gateways": got "two"; allowed: one of one, none`,
    ],
    [
      'a part of a list',
      'node-groups:\n  - name: a\n  - name: b\n    max: many\n',
      `${PATH}:4: "node-groups": got`,
    ],
    ['the same part', 'node-groups:\n  - name: a\n  - name: b\n    max: many\n', '1.max: a number'],
    [
      'YAML',
      'prune: true\nnode-groups: [\n',
      `${PATH}:3: "config-file": got "${PATH}"; allowed: YAML (`,
    ],
    ['a key twice', 'prune: true\nprune: false\n', `${PATH}:2: "config-file"`],
    ['a list in place of keys', '- prune\n', 'with the names of inputs as its keys'],
  ])('%s', (_, content, message) => {
    expect(() => read(content)).toThrow(message);
  });

  it('a file that is not there', () => {
    expect(() => read('', { 'config-file': 'other.yaml' })).toThrow('no other.yaml');
  });

  it('but a bad value of the job is not the fault of the file', () => {
    expect(() => read('nat-gateways: none\n', { 'nat-gateways': 'two' })).toThrow(
      'Input "nat-gateways": got "two"',
    );
  });

  it('billions of aliases', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 12; i += 1)
      bomb.push(
        `${'b'.repeat(i)}: &${'b'.repeat(i)} [${Array(9)
          .fill(`*${i === 1 ? 'a' : 'b'.repeat(i - 1)}`)
          .join()}]`,
      );
    bomb.push(`node-groups: [{ name: *${'b'.repeat(11)} }]`);
    expect(() => read(bomb.join('\n'))).toThrow(/"config-file": got .*Excessive alias count/);
  });
});

it('reads a file of the working directory by default', () => {
  expect(readConfigFile('no-such-file.yaml').problems[0]?.allowed).toMatch(/ENOENT/);
});
