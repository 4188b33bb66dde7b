import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import type { z } from 'zod';
import { actionNames, CHECKOUT } from '../../tools/checkout.ts';

interface ActionFile {
  readonly name: string;
  readonly description: string;
  readonly inputs: Readonly<
    Record<string, { description?: string; required?: boolean; default?: string }>
  >;
  readonly outputs: Readonly<Record<string, { description?: string }>>;
  readonly runs: { readonly using: string; readonly main: string };
}

const actions = await Promise.all(
  actionNames().map(async (name) => ({
    name,
    file: parse(
      readFileSync(resolve(CHECKOUT, 'actions', name, 'action.yml'), 'utf8'),
    ) as ActionFile,
    inputSchema: (await import(resolve(CHECKOUT, 'src', name, 'inputs.ts')))
      .inputSchema as z.ZodObject,
    outputNames: (await import(resolve(CHECKOUT, 'src', name, 'outputs.ts')))
      .outputNames as readonly string[],
  })),
);

it('finds the six actions', () => {
  expect(actions.map(({ name }) => name)).toEqual([
    'configure-multus',
    'connect',
    'maintain',
    'preview',
    'provision',
    'verify',
  ]);
});

it.each(actions)('$name: the code reads exactly the inputs that action.yml declares', (action) => {
  const declared = Object.keys(action.file.inputs).sort();
  expect(declared.length).toBeGreaterThan(0);
  expect(Object.keys(action.inputSchema.shape).sort()).toEqual(declared);
});

it.each(actions)('$name: the code sets exactly the outputs that action.yml declares', (action) => {
  const declared = Object.keys(action.file.outputs).sort();
  expect(declared.length).toBeGreaterThan(0);
  expect([...action.outputNames].sort()).toEqual(declared);
});

it.each(actions)(
  '$name: action.yml has no default but the token of the job, so that a file can give every other input',
  ({ file }) => {
    const defaults = Object.entries(file.inputs).filter(([, input]) => 'default' in input);
    for (const [input, field] of defaults) {
      expect([input, field.default]).toEqual(['github-token', '${{ github.token }}']);
    }
  },
);

it.each(actions)('$name: runs its committed bundle on the Node of GitHub actions', ({ file }) => {
  expect(file.runs).toEqual({ using: 'node24', main: 'dist/index.js' });
});

/** Names that mean one thing in one action and another in the next. */
const DIFFERENT_MEANINGS = [
  'command', // what to do with an environment, what to do about a preview
  'environment', // a name for provision, which makes it; the JSON of it for those that use it
  'authentication', // what the stacks set up, and what configure-multus does about it
  'aws-region', // required by provision; elsewhere only without `environment`
  'cloudformation-role-arn', // what the stacks get, and by what they are known
  'kubeconfig', // to use, to write
  'namespace', // of networks, of pods
  'networks', // YAML of networks to make, names of networks to check
  'prune', // what happens to networks, and by default to those of previews
  'ttl-hours', // when an environment expires, and by default a preview
];

it('describes every input and output, and the same name the same way everywhere', () => {
  const descriptions = new Map<string, Set<string>>();
  for (const { file } of actions) {
    for (const [name, input] of Object.entries(file.inputs)) {
      expect(input.description ?? '', name).not.toBe('');
      const known = descriptions.get(name) ?? new Set();
      descriptions.set(name, known.add(input.description ?? ''));
    }
    for (const [name, output] of Object.entries(file.outputs)) {
      expect(output.description ?? '', name).not.toBe('');
    }
  }
  const differing = [...descriptions].filter(([, texts]) => texts.size > 1).map(([name]) => name);
  expect(differing.sort()).toEqual([...DIFFERENT_MEANINGS].sort());
});
