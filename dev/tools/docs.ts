import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { allFacts } from '../testing/aws-facts/facts/facts.ts';
import { reasonOf, type Verdict, verdictOf } from '../testing/aws-facts/table.ts';
import { actionNames, CHECKOUT } from './checkout.ts';

interface Field {
  readonly description?: string;
  readonly required?: boolean;
  readonly default?: string;
}

interface ActionFile {
  readonly inputs?: Readonly<Record<string, Field>>;
  readonly outputs?: Readonly<Record<string, Field>>;
}

/** The README with its tables of inputs and outputs taken from `action.yml`. */
export function withTables(readme: string, action: ActionFile): string {
  const inputs = Object.entries(action.inputs ?? {}).map(([name, field]) =>
    row([
      `\`${name}\``,
      field.description ?? '',
      field.required ? 'yes' : 'no',
      code(field.default),
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

function replaceBetween(readme: string, marker: string, lines: readonly string[]): string {
  const pattern = new RegExp(`(<!-- ${marker} -->\n)[\\s\\S]*?(<!-- /${marker} -->)`);
  if (!pattern.test(readme))
    throw new Error(`no <!-- ${marker} --> … <!-- /${marker} --> in the page`);
  return readme.replace(
    pattern,
    (_, open: string, close: string) => `${open}${lines.join('\n')}\n${close}`,
  );
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.trim().replaceAll('|', '\\|').replaceAll(/\n+/g, '<br>')).join(' | ')} |`;
}

function code(value: string | undefined): string {
  if (value === undefined || value === '') return '';
  return `<code>${value.trim().replaceAll('\n', '<br>')}</code>`;
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

/** The pages with tables that differ from what they are made of. With `write`, they are corrected. */
export function stalePages(write: boolean): readonly string[] {
  return generatedPages()
    .filter(({ path, made }) => {
      const page = readFileSync(resolve(CHECKOUT, path), 'utf8');
      const wanted = made(page);
      if (wanted === page) return false;
      if (write) writeFileSync(resolve(CHECKOUT, path), wanted);
      return true;
    })
    .map(({ path }) => path);
}

function generatedPages() {
  const readmes = actionNames().map((name) => {
    const file = resolve(CHECKOUT, 'actions', name, 'action.yml');
    const action = parse(readFileSync(file, 'utf8')) as ActionFile;
    return { path: `actions/${name}/README.md`, made: (page: string) => withTables(page, action) };
  });
  return [...readmes, { path: 'docs/rehearsal.md', made: withFacts }];
}

if (import.meta.main) {
  for (const path of stalePages(true)) console.log(`${path}: tables written`);
}
