import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readProvisionInputs } from '../../../src/provision/inputs.ts';
import { actionNames, CHECKOUT } from '../../tools/checkout.ts';
import { blocksIn } from './readme-blocks.ts';

type Values = Readonly<Record<string, unknown>>;

const read = (...path: readonly string[]) => readFileSync(join(CHECKOUT, ...path), 'utf8');
const schemas = readdirSync(join(CHECKOUT, 'schemas')).map((file) => ({
  file,
  schema: JSON.parse(read('schemas', file)) as { readonly properties?: Values },
}));
const validators = new Map(
  schemas.map(({ file, schema }) => [file, new Ajv2020({ allErrors: true }).compile(schema)]),
);
const keys = Object.keys(
  schemas.find(({ file }) => file === 'config-v1.json')?.schema.properties ?? {},
);

/** What is wrong with a value by a published schema. */
function problems(file: string, value: unknown): readonly string[] {
  const validate = validators.get(file);
  if (validate === undefined) throw new Error(`no schema ${file}`);
  validate(value);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

it('publishes five schemas', () => {
  expect(schemas.map(({ file }) => file).sort()).toEqual([
    'config-v1.json',
    'expect-v1.json',
    'networks-v1.json',
    'node-groups-v1.json',
    'targets-v1.json',
  ]);
});

interface Step {
  readonly uses?: string;
  readonly with?: Values;
}
interface Job extends Step {
  readonly steps?: readonly Step[];
}

/** Inputs that are YAML. The schemas of the last three are published on their own, too. */
const YAML = ['subnet-cidrs', 'node-groups', 'networks', 'expect', 'targets'];

const examples = readdirSync(join(CHECKOUT, 'examples')).filter((file) => file.endsWith('.yml'));

/** The steps, and the jobs that are calls, of each example and of each YAML block in the READMEs of the actions. */
const calls = [
  ...examples.map((file) => ({ file, steps: stepsOfWorkflow(read('examples', file)) })),
  ...actionNames().map((name) => ({
    file: `actions/${name}`,
    steps: blocksIn(read('actions', name, 'README.md'))
      .filter(({ language }) => language === 'yaml')
      .flatMap(({ text }) => stepsOfBlock(parse(text))),
  })),
].map(({ file, steps }) => ({ file, steps: steps.filter(isOurs) }));

function isOurs({ uses }: Step): boolean {
  return /^OWNER\/eks-multus-actions[/@]/.test(uses ?? '');
}

function stepsOfWorkflow(text: string): readonly Step[] {
  const { jobs } = parse(text) as { jobs: Readonly<Record<string, Job>> };
  return Object.values(jobs).flatMap((job) => [job, ...(job.steps ?? [])]);
}

/** A block shows steps, a job, or inputs alone. */
function stepsOfBlock(block: unknown): readonly Step[] {
  if (Array.isArray(block)) return block as readonly Step[];
  const { steps, ...inputs } = block as Job & Values;
  return steps ?? [{ uses: 'OWNER/eks-multus-actions/', with: inputs }];
}

/** The values that they give to the pack, as a file would have them. */
const given = calls.flatMap(({ file, steps }) =>
  steps
    .flatMap((call) => Object.entries(call.with ?? {}))
    .filter(([key, value]) => keys.includes(key) && !String(value).includes('${{'))
    .map(([key, value]) => ({
      file,
      key,
      value: YAML.includes(key) ? (parse(String(value)) as unknown) : value,
    })),
);

it('finds what each example gives', () => {
  expect(calls.filter(({ steps }) => steps.length === 0).map(({ file }) => file)).toEqual([
    'actions/preview',
  ]);
  const silent = calls.filter(({ file }) => !given.some((one) => one.file === file));
  // What these give comes from variables of the repository, from a file, and from other jobs.
  expect(silent.map(({ file }) => file)).toEqual([
    'notify.yml',
    'scheduled-maintenance.yml',
    'scheduled-sleep.yml',
    'scheduled-teardown.yml',
    'with-a-file.yml',
    'actions/connect',
    'actions/preview',
  ]);
  expect(given.filter(({ key }) => YAML.includes(key)).length).toBeGreaterThan(10);
});

it.each(given)('$file: $key is as the schemas say', ({ key, value }) => {
  expect(problems('config-v1.json', { [key]: value })).toEqual([]);
  const own = `${key}-v1.json`;
  if (validators.has(own)) expect(problems(own, value)).toEqual([]);
});

describe('examples/multus.yaml', () => {
  const file: unknown = parse(read('examples', 'multus.yaml'));

  it('is as the schema says', () => {
    expect(problems('config-v1.json', file)).toEqual([]);
  });

  it('is what provision takes', () => {
    const texts: Readonly<Record<string, string>> = {
      environment: 'eks-multus-shared',
      'aws-region': 'ap-northeast-2',
      'config-file': join(CHECKOUT, 'examples/multus.yaml'),
      'then-configure': 'true',
    };
    const inputs = readProvisionInputs((name) => texts[name] ?? '');
    expect(inputs).toMatchObject({
      cluster: {
        kubernetesVersion: '1.35',
        adminRoleArns: [expect.stringMatching(/platform-team/)],
      },
      nodeGroups: [{ name: 'ng1', instanceType: 'm5.2xlarge' }],
      later: { items: [{ name: 'signalling' }, { name: 'media' }, { name: 'management' }] },
    });
  });
});

it.each([
  [{ 'nat-gateway': 'one' }, 'must NOT have additional properties'],
  [{ 'nat-gateways': 'two' }, 'must be equal to one of the allowed values'],
  [{ 'node-groups': [{ name: 'ng1', maximum: 3 }] }, 'must NOT have additional properties'],
  [{ networks: [{ name: 'a', type: 'vlan' }] }, 'must be equal to one of the allowed values'],
  [{ expect: [{ from: 'a', to: 'b' }] }, "must have required property 'talk'"],
  [{ command: 'destroy' }, 'must NOT have additional properties'],
])('refuses %j', (value, message) => {
  expect(problems('config-v1.json', value).join('\n')).toContain(message);
});
