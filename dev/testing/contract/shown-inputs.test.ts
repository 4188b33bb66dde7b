import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { inputSchema, readProvisionInputs } from '../../../src/provision/inputs.ts';
import { CHECKOUT } from '../../tools/checkout.ts';
import { blocksIn } from './readme-blocks.ts';

type Values = Readonly<Record<string, unknown>>;

const read = (path: string) => readFileSync(join(CHECKOUT, path), 'utf8');
const ACCOUNT = '111122223333';

/** What stands for the expressions of examples. */
const EXPRESSIONS: readonly (readonly [RegExp, string])[] = [
  [/\$\{\{ vars\.EKS_MULTUS_REGION \}\}/g, 'ap-northeast-2'],
  [/\$\{\{ vars\.EKS_MULTUS_CLOUDFORMATION_ROLE \}\}/g, role('eks-multus-cloudformation')],
  [/\$\{\{ vars\.EKS_MULTUS_\w+ \}\}/g, role('platform')],
  [/\$\{\{ matrix\.region \}\}/g, 'eu-central-1'],
  [/\$\{\{ matrix\.cidr \}\}/g, '10.32.0.0/16'],
  [/\$\{\{ inputs\.environment \}\}/g, 'eks-multus-lab'],
];

function role(name: string): string {
  return `arn:aws:iam::${ACCOUNT}:role/${name}`;
}

/** A value of an example as the job of a workflow gets it. */
function textOf(value: unknown): string {
  const text = EXPRESSIONS.reduce(
    (given, [expression, known]) => given.replaceAll(expression, known),
    String(value),
  );
  return text.includes('${{') ? '' : text;
}

/** What provision says to the inputs of a deploy with which configure-multus and verify follow. */
function deployWith(shown: Values): void {
  const known = Object.entries(shown).filter(([name]) => name in inputSchema.shape);
  const given: Values = {
    environment: 'eks-multus-shown',
    'aws-region': 'ap-northeast-2',
    networks: '[{ name: data, network: 1 }]',
    ...Object.fromEntries(known.map(([name, value]) => [name, textOf(value)])),
    command: 'deploy',
    'then-configure': 'true',
  };
  readProvisionInputs((name) => String(given[name] ?? ''));
}

interface Step {
  readonly uses?: string;
  readonly with?: Values;
}
interface Workflow {
  readonly jobs: Readonly<Record<string, Step & { readonly steps?: readonly Step[] }>>;
}

/** Calls that make an environment: the two workflows, the action, and the root action. */
const MAKES = /^OWNER\/eks-multus-actions(\/\.github\/workflows\/(provision|preview)\.yml)?@/;
const OWN_STEP = /^OWNER\/eks-multus-actions\/actions\/provision@/;

const examples = readdirSync(join(CHECKOUT, 'examples'))
  .filter((file) => file.endsWith('.yml'))
  .flatMap((file) => {
    const { jobs } = parse(read(`examples/${file}`)) as Workflow;
    const calls = Object.values(jobs).flatMap((job) => [job, ...(job.steps ?? [])]);
    return calls
      .filter(({ uses = '', with: given }) => {
        return MAKES.test(uses) || (OWN_STEP.test(uses) && given?.['command'] !== 'destroy');
      })
      .map((call) => ({ file, given: call.with ?? {} }));
  });

it('finds the examples that make environments', () => {
  expect(new Set(examples.map(({ file }) => file)).size).toBeGreaterThanOrEqual(10);
});

it.each(examples)('provision takes what examples/$file gives', ({ given }) => {
  const file = given['config-file'] === undefined ? {} : { 'config-file': MULTUS_FILE };
  deployWith({ ...given, ...file });
});

const MULTUS_FILE = join(CHECKOUT, 'examples', 'multus.yaml');

/** The blocks of pages that show inputs of provision. Comments and dots in them stand for nothing. */
const blocks = globSync(['docs/*.md', 'cfn/README.md', 'README.md'], { cwd: CHECKOUT }).flatMap(
  (page) =>
    blocksIn(read(page))
      .filter(({ language }) => language === 'yaml')
      .map(({ text }) => ({ page, shown: parse(text, { logLevel: 'error' }) as unknown }))
      .filter(
        (one): one is { page: string; shown: Values } =>
          typeof one.shown === 'object' &&
          one.shown !== null &&
          !Array.isArray(one.shown) &&
          Object.keys(one.shown).every((key) => key in inputSchema.shape),
      )
      .map(({ page, shown }) => ({ page, keys: Object.keys(shown).join(), shown })),
);

it('finds inputs on several pages', () => {
  expect(new Set(blocks.map(({ page }) => page)).size).toBeGreaterThanOrEqual(5);
});

it.each(blocks)('provision takes $keys as $page shows it', ({ shown }) => {
  deployWith(shown);
});

it('is told by what provision does not take', () => {
  expect(() => deployWith({ 'nat-gateways': 'two' })).toThrow('nat-gateways');
});
