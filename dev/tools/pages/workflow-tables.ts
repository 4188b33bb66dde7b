import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { CHECKOUT } from '../checkout.ts';
import { code, replaceBetween, row } from './marked-tables.ts';

interface Input {
  readonly description?: string;
  readonly required?: boolean;
  readonly default?: string | number | boolean;
}

interface Workflow {
  readonly on: {
    readonly workflow_dispatch?: { readonly inputs?: Readonly<Record<string, unknown>> };
    readonly workflow_call?: {
      readonly inputs?: Readonly<Record<string, Input>>;
      readonly outputs?: Readonly<Record<string, { readonly description?: string }>>;
    };
  };
  readonly jobs: Readonly<Record<string, { readonly permissions?: Permissions }>>;
}

type Permissions = Readonly<Record<string, string>>;

const FOLDER = join(CHECKOUT, '.github', 'workflows');

/** The page with the inputs, outputs and permissions of each workflow that others call, taken from the workflows. */
export function withWorkflows(page: string): string {
  return calledWorkflows().reduce(
    (text, [file, workflow]) => replaceBetween(text, file, tablesOf(workflow)),
    page,
  );
}

/** The workflows that others call, by the names of their files. CI is called by this repository only. */
function calledWorkflows(): readonly (readonly [file: string, workflow: Workflow])[] {
  return readdirSync(FOLDER).flatMap((file) => {
    const text = readFileSync(join(FOLDER, file), 'utf8');
    const workflow = parse(text) as Workflow;
    const isCalled = workflow.on.workflow_call?.inputs !== undefined;
    return isCalled && text.includes('uses: $/actions/') ? [[file, workflow] as const] : [];
  });
}

function tablesOf({ on, jobs }: Workflow): readonly string[] {
  const { inputs = {}, outputs = {} } = on.workflow_call ?? {};
  const byHand = new Set(Object.keys(on.workflow_dispatch?.inputs ?? {}));
  const permissions = Object.entries(widest(Object.values(jobs)))
    .map(([name, access]) => `\`${name}: ${access}\``)
    .join(', ');
  return [
    `The calling job grants ${permissions}.`,
    '',
    row(['Input', 'Description', 'Required', 'Default', 'In the form']),
    row(['---', '---', '---', '---', '---']),
    ...Object.entries(inputs).map(([name, { description = '', required, default: value }]) =>
      row([
        `\`${name}\``,
        description,
        required ? 'yes' : 'no',
        code(value === undefined ? undefined : String(value)),
        byHand.has(name) ? 'yes' : '',
      ]),
    ),
    '',
    ...(Object.keys(outputs).length === 0
      ? []
      : [
          row(['Output', 'Description']),
          row(['---', '---']),
          ...Object.entries(outputs).map(([name, { description = '' }]) =>
            row([`\`${name}\``, description]),
          ),
          '',
        ]),
  ];
}

/** The most that any job asks for: what a caller has to grant. */
function widest(jobs: readonly { readonly permissions?: Permissions }[]): Permissions {
  const all = jobs.flatMap(({ permissions = {} }) => Object.entries(permissions));
  const written = all.filter(([, access]) => access === 'write');
  return Object.fromEntries([...all, ...written].sort());
}
