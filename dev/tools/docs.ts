import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import type { z } from 'zod';
import { CATALOGUE, CHECKS } from '../../src/connectivity/evaluate/catalogue/catalogue.ts';
import { allFacts } from '../testing/aws-facts/facts/facts.ts';
import { reasonOf, type Verdict, verdictOf } from '../testing/aws-facts/table.ts';
import { actionNames, CHECKOUT } from './checkout.ts';
import { code, replaceBetween, row } from './pages/marked-tables.ts';
import { withWorkflows } from './pages/workflow-tables.ts';
import { previewHourRows } from './preview-prices.ts';
import { publishedSchemas } from './schemas.ts';

interface Field {
  readonly description?: string;
  readonly required?: boolean;
  readonly default?: string;
}

interface ActionFile {
  readonly inputs?: Readonly<Record<string, Field>>;
  readonly outputs?: Readonly<Record<string, Field>>;
}

/**
 * The README with its tables of inputs and outputs taken from `action.yml`.
 *
 * @param defaults the defaults that the code has for inputs
 */
export function withTables(
  readme: string,
  action: ActionFile,
  defaults: Readonly<Record<string, string>> = {},
): string {
  const inputs = Object.entries(action.inputs ?? {}).map(([name, field]) =>
    row([
      `\`${name}\``,
      field.description ?? '',
      field.required ? 'yes' : 'no',
      code(field.default ?? defaults[name]),
    ]),
  );
  const outputs = Object.entries(action.outputs ?? {}).map(([name, field]) =>
    row([`\`${name}\``, field.description ?? '']),
  );
  const withInputs = replaceBetween(readme, 'inputs', [
    row(['Input', 'Description', 'Required', 'Default']),
    row(['---', '---', '---', '---']),
    ...inputs,
  ]);
  return replaceBetween(withInputs, 'outputs', [
    row(['Output', 'Description']),
    row(['---', '---']),
    ...outputs,
  ]);
}

/** The page with what AWS answers and the stand-in does not, taken from the facts. */
export function withFacts(page: string): string {
  const header = [row(['Answer of AWS', 'Stand-in', 'Source']), row(['---', '---', '---'])];
  const lists = (['differs', 'absent', 'doubt'] as const).map(
    (verdict) => [verdict, [...header, ...factRows(verdict)]] as const,
  );
  return lists.reduce((text, [marker, lines]) => replaceBetween(text, marker, lines), page);
}

function factRows(wanted: Verdict): readonly string[] {
  return allFacts()
    .filter(([, fact]) => verdictOf(fact) === wanted)
    .map(([service, fact]) => {
      const { call, when, source } = fact;
      return row([`\`${service}\` ${call}: ${when}`, reasonOf(fact), linked(source)]);
    });
}

/** A source with its issues and pages as links. */
function linked(source: string): string {
  return source
    .replaceAll(/\b([\w.-]+\/[\w.-]+)#(\d+)/g, '[$1#$2](https://github.com/$1/issues/$2)')
    .replaceAll(/(?<!\()https:\/\/docs\.aws\.amazon\.com\/(\S+)/g, '[AWS: $1]($&)');
}

/** The page with the table of verify's checks, taken from the code. */
export function withChecks(page: string): string {
  const rows = CHECKS.map((name) => {
    const { tags, meaning, evidence, explanation, nextStep } = CATALOGUE[name];
    const words = tags.map((tag) => `\`${tag}\``).join(', ');
    return row([`\`${name}\``, words, meaning, evidence, explanation, nextStep]);
  });
  const columns = ['Check', 'Tags', 'Question', 'Evidence', 'A failure means', 'What to do'];
  return replaceBetween(page, 'checks', [row(columns), row(columns.map(() => '---')), ...rows]);
}

/** The page with what an hour of a preview costs, taken from the price table. */
function withPreviewHours(page: string): string {
  const header = ['One hour of a preview', 'Node', 'Dollars', 'Prices of'];
  const rows = [header, header.map(() => '---'), ...previewHourRows()];
  return replaceBetween(page, 'preview-hours', rows.map(row));
}

/** The pages and schemas that differ from what they are made of. With `write`, they are corrected. */
export async function stalePages(write: boolean): Promise<readonly string[]> {
  const pages = await generatedPages();
  return pages
    .filter(({ path, made }) => {
      const file = resolve(CHECKOUT, path);
      const page = existsSync(file) ? readFileSync(file, 'utf8') : '';
      const wanted = made(page);
      if (wanted === page) return false;
      if (write) writeFileSync(file, wanted);
      return true;
    })
    .map(({ path }) => path);
}

interface Page {
  readonly path: string;
  /** The page as it should be, from the page as it is. */
  readonly made: (page: string) => string;
}

async function generatedPages(): Promise<readonly Page[]> {
  const readmes = actionNames().map(async (name) => {
    const file = resolve(CHECKOUT, 'actions', name, 'action.yml');
    const action = parse(readFileSync(file, 'utf8')) as ActionFile;
    const defaults = await defaultsOf(name);
    const path = `actions/${name}/README.md`;
    return { path, made: (page: string) => withTables(page, action, defaults) };
  });
  const schemas = Object.entries(publishedSchemas()).map(([path, text]) => ({
    path,
    made: () => text,
  }));
  return [
    ...(await Promise.all(readmes)),
    ...schemas,
    { path: 'docs/rehearsal.md', made: withFacts },
    { path: 'docs/checks.md', made: withChecks },
    { path: 'docs/cost.md', made: withPreviewHours },
    { path: 'docs/workflows.md', made: withWorkflows },
  ];
}

/** The defaults that the code of an action has for its inputs, as people write them. */
async function defaultsOf(action: string): Promise<Readonly<Record<string, string>>> {
  const { inputSchema } = (await import(resolve(CHECKOUT, 'src', action, 'inputs.ts'))) as {
    inputSchema: z.ZodObject;
  };
  const known = Object.entries(inputSchema.shape).map(([name, field]) => {
    const { data } = (field as z.ZodType).safeParse(undefined);
    return [name, data === undefined ? '' : [data].flat().map(String).join()] as const;
  });
  return Object.fromEntries(known);
}

if (import.meta.main) {
  for (const path of await stalePages(true)) console.log(`${path}: written`);
}
