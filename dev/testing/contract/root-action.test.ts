import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { CHECKOUT } from '../../tools/checkout.ts';

type Texts = Readonly<Record<string, string>>;

interface Action {
  readonly description: string;
  readonly branding: { readonly icon: string; readonly color: string };
  readonly inputs: Readonly<Record<string, { readonly required?: boolean; default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value?: string }>>;
  readonly runs: { readonly steps: readonly { id: string; uses: string; with: Texts }[] };
}

const read = (...path: readonly string[]) =>
  parse(readFileSync(join(CHECKOUT, ...path, 'action.yml'), 'utf8')) as Action;
const root = read();
const steps = root.runs.steps.map((step) => ({ ...step, action: read(step.uses.slice(2)) }));

it('runs the actions of this repository, at its own commit', () => {
  expect(steps.map(({ uses }) => uses)).toEqual([
    '$/actions/provision',
    '$/actions/configure-multus',
    '$/actions/verify',
  ]);
});

it.each(steps)(
  'gives $uses only inputs that exist, all that are required, and the file',
  (step) => {
    for (const input of Object.keys(step.with)) expect(step.action.inputs).toHaveProperty(input);
    for (const [input, { required }] of Object.entries(step.action.inputs)) {
      if (required) expect(step.with).toHaveProperty(input);
    }
    expect(step.with['config-file']).toBe('${{ inputs.config-file }}');
  },
);

it('uses every input, and has no default, so that the file can give the input', () => {
  const used = steps.flatMap(
    (step) =>
      Object.values(step.with)
        .join()
        .match(/inputs\.[\w-]+/g) ?? [],
  );
  const names = Object.keys(root.inputs);
  expect([...new Set(used)].sort()).toEqual(names.map((name) => `inputs.${name}`).sort());
  for (const name of names) expect(root.inputs[name]).not.toHaveProperty('default');
});

it('takes its outputs from outputs that exist', () => {
  for (const { value = '' } of Object.values(root.outputs)) {
    const [, id, output = ''] = /steps\.(\w+)\.outputs\.([\w-]+)/.exec(value) ?? [];
    const step = steps.find((one) => one.id === id);
    expect(step?.action.outputs).toHaveProperty(output);
  }
});

it('has what the Marketplace asks for: a short description, an icon and a colour', () => {
  expect(root.description.length).toBeLessThanOrEqual(125);
  expect(root.branding).toEqual({ icon: 'layers', color: 'orange' });
});
