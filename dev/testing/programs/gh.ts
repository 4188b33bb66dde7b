/**
 * Stands in for `gh api`, so that tests can run the commands of documents: the same options, the same call of the API, and
 * exit code 1 when GitHub refuses. Knows of `--jq` only paths such as `.owner.id`. GITHUB_API_URL and GH_TOKEN say where
 * and as whom.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    method: { type: 'string', short: 'X' },
    field: { type: 'string', short: 'F', multiple: true },
    input: { type: 'string' },
    jq: { type: 'string', short: 'q' },
  },
});
const [command, path] = positionals;
if (command !== 'api' || path === undefined) throw new Error('only gh api PATH');

const body = bodyOf();
const answer = await fetch(`${process.env['GITHUB_API_URL']}/${path}`, {
  method: values.method ?? (body === undefined ? 'GET' : 'POST'),
  headers: { authorization: `token ${process.env['GH_TOKEN']}` },
  ...(body === undefined ? {} : { body }),
});
const text = await answer.text();
if (!answer.ok) {
  console.error(`gh: HTTP ${answer.status} ${text}`);
  process.exit(1);
}
console.log(values.jq === undefined ? text : JSON.stringify(at(JSON.parse(text), values.jq)));

function bodyOf(): string | undefined {
  if (values.input === '-') return readFileSync(0, 'utf8');
  if (values.input !== undefined) throw new Error('only --input -');
  if (values.field === undefined) return undefined;
  const fields = values.field.map((field) => {
    const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(field) ?? [];
    // gh turns these words and whole numbers into JSON's own types.
    return [name, /^(true|false|null|-?\d+)$/.test(value) ? JSON.parse(value) : value];
  });
  return JSON.stringify(Object.fromEntries(fields));
}

function at(value: unknown, path: string): unknown {
  if (!/^(\.\w+)+$/.test(path)) throw new Error(`--jq ${path} is not a path`);
  return path
    .slice(1)
    .split('.')
    .reduce<unknown>((node, key) => Reflect.get(Object(node), key), value);
}
