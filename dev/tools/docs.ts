import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
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
    throw new Error(`no <!-- ${marker} --> … <!-- /${marker} --> in the README`);
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

/** The actions whose README has tables that differ from `action.yml`. With `write`, the tables are corrected. */
export function staleReadmes(write: boolean): readonly string[] {
  return actionNames().filter((name) => {
    const path = resolve(CHECKOUT, 'actions', name, 'README.md');
    const action = parse(
      readFileSync(resolve(CHECKOUT, 'actions', name, 'action.yml'), 'utf8'),
    ) as ActionFile;
    const readme = readFileSync(path, 'utf8');
    const wanted = withTables(readme, action);
    if (wanted === readme) return false;
    if (write) writeFileSync(path, wanted);
    return true;
  });
}

if (import.meta.main) {
  for (const name of staleReadmes(true)) console.log(`actions/${name}/README.md: tables written`);
}
