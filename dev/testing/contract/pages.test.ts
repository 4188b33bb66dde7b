import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { actionNames, CHECKOUT } from '../../tools/checkout.ts';

const read = (path: string) => readFileSync(join(CHECKOUT, path), 'utf8');
const FOLDERS = '{actions,cfn,dev,docs,examples,manifests}/**/*.md';
const pages = globSync(['*.md', FOLDERS], { cwd: CHECKOUT }).map((path) => ({
  path,
  text: withoutBlocks(read(path)),
}));

/** A page without its blocks of code, in which neither links nor headings count. */
function withoutBlocks(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```$/gm, '');
}

/** The anchors that GitHub gives the headings of a page: small letters, no punctuation, a number from the second of a name on. */
function anchorsOf(path: string): ReadonlySet<string> {
  const names = [...withoutBlocks(read(path)).matchAll(/^#{1,6} (.*)$/gm)].map(([, heading = '']) =>
    heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return new Set(
    names.map((name, index) => {
      const before = names.slice(0, index).filter((other) => other === name).length;
      return before === 0 ? name : `${name}-${before}`;
    }),
  );
}

/** What is wrong with a link to a place of the repository. */
function problemOf(link: string, from: string): string | undefined {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? from : join(dirname(from), file);
  if (!existsSync(join(CHECKOUT, target))) return `${link}: there is no ${target}`;
  if (anchor === undefined) return undefined;
  if (!target.endsWith('.md')) return `${link}: only pages have anchors`;
  return anchorsOf(target).has(anchor) ? undefined : `${link}: ${target} has no such heading`;
}

it('finds the pages, and links in most of them', () => {
  expect(pages.length).toBeGreaterThan(30);
  expect(pages.filter(({ text }) => /\]\((?!https:)[^)]+\)/.test(text)).length).toBeGreaterThan(20);
});

it.each(pages)('$path: each link leads to a file and a heading that exist', ({ path, text }) => {
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  const inside = links.filter((link) => !/^[a-z]+:/.test(link));
  expect(inside.map((link) => problemOf(link, path)).filter((one) => one !== undefined)).toEqual(
    [],
  );
});

it.each([
  ['a page that is not there', 'docs/none.md', 'there is no docs/none.md'],
  ['a heading that is not there', 'README.md#none', 'README.md has no such heading'],
  ['a heading of the page itself', '#none', 'README.md has no such heading'],
  ['an anchor in a program', 'action.yml#inputs', 'only pages have anchors'],
])('finds a link to %s', (_, link, says) => {
  expect(problemOf(link, 'README.md')).toContain(says);
});

const NAMING = globSync(
  [
    'src/**/*.ts',
    'cfn/*.yaml',
    'actions/*/action.yml',
    'action.yml',
    'examples/*',
    'scripts/*.sh',
    '.github/workflows/*.yml',
    '.github/ISSUE_TEMPLATE/*',
  ],
  { cwd: CHECKOUT, exclude: ['src/**/*.test.ts'] },
);

it('each page that code, templates and workflows name exists', () => {
  const named = NAMING.flatMap((file) =>
    [...read(file).matchAll(/\b(?:docs|cfn|actions|examples)\/[\w/-]+\.md(#[\w-]+)?/g)].map(
      ([page]) => ({ file, page }),
    ),
  ).filter(({ page }) => !page.includes('blob/'));
  expect(named.length).toBeGreaterThan(20);
  const wrong = named
    .map(({ file, page }) => ({ file, problem: problemOf(page, 'README.md') }))
    .filter(({ problem }) => problem !== undefined);
  expect(wrong).toEqual([]);
});

const walks = [
  ...read('docs/architecture.md').matchAll(/^\*\*(.*): (\d+) files\.\*\* ((?:.+\n)+)/gm),
].map(([, walk = '', count, text = '']) => ({
  walk,
  count: Number(count),
  files: [...new Set([...text.matchAll(/`([a-z][a-z/-]*)`/g)].map(([, name = '']) => name))],
}));

it('finds the walks through the house', () => {
  expect(walks).toHaveLength(3);
});

it.each(walks)('$walk: the walk counts its files, and they exist', ({ count, files }) => {
  expect(files).toHaveLength(count);
  const sources = globSync('src/**/*.ts', { cwd: CHECKOUT });
  const lost = files.filter((name) => !sources.some((file) => file.endsWith(`/${name}.ts`)));
  expect(lost).toEqual([]);
});

/** The lines of a workflow that a shell runs, beside their key. */
function shellLines(text: string): readonly string[] {
  const blocks = text.matchAll(/^( *)(?:- )?run: *([|>][+-]?)?(.*(?:\n(?:\1 +.*)?)*)/gm);
  return [...blocks].flatMap(([, , folded, rest = '']) =>
    folded === undefined ? [rest.split('\n')[0] ?? ''] : rest.split('\n'),
  );
}

// What a shell gets from an expression it may run as a command; from an environment variable it does not.
it('no page shows an expression in a command', () => {
  const blocks = pages.flatMap(({ path }) =>
    [...read(path).matchAll(/^```ya?ml\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block),
  );
  const lines = blocks.flatMap(shellLines);
  expect(lines.length).toBeGreaterThan(1);
  expect(lines.filter((line) => line.includes('${{'))).toEqual([]);
});

it.each(['- run: echo ${{ inputs.a }}', '  run: |\n    one\n    echo ${{ inputs.a }}\n  env: {}'])(
  'finds the expression in %j',
  (text) => {
    const found = shellLines(text).filter((line) => line.includes('${{'));
    expect(found.map((line) => line.trim())).toEqual(['echo ${{ inputs.a }}']);
  },
);

describe('what pages say of inputs', () => {
  /** Words before a colon that are no inputs. */
  const OTHERS = new Set([
    // Permissions of a job, and keys of a workflow.
    ...['actions', 'administration', 'contents', 'deployments', 'id-token', 'issues'],
    ...['pull-requests', 'workflows', 'permissions', 'continue-on-error', 'deployment'],
    // What a node's console begins its lines with.
    'multus-interfaces',
  ]);

  type Fields = Readonly<Record<string, unknown>> | undefined;

  /** The names of all inputs and outputs of the pack, and of the fields of those that are YAML. */
  const known = new Set([
    ...actionNames().flatMap((name) => {
      const { inputs, outputs } = parse(read(`actions/${name}/action.yml`)) as Record<
        'inputs' | 'outputs',
        Fields
      >;
      return [...Object.keys(inputs ?? {}), ...Object.keys(outputs ?? {})];
    }),
    ...readdirSync(join(CHECKOUT, '.github/workflows')).flatMap((file) => {
      const { on } = parse(read(`.github/workflows/${file}`)) as {
        on?: { workflow_call?: { inputs?: Fields } };
      };
      return Object.keys(on?.workflow_call?.inputs ?? {});
    }),
    ...readdirSync(join(CHECKOUT, 'schemas')).flatMap((file) =>
      propertiesIn(JSON.parse(read(`schemas/${file}`))),
    ),
    ...propertiesIn(JSON.parse(read('docs/report-schema-v1.json'))),
  ]);

  /** The names of all properties that a JSON schema describes, at any depth. */
  function propertiesIn(schema: unknown): readonly string[] {
    if (typeof schema !== 'object' || schema === null) return [];
    return Object.entries(schema).flatMap(([key, value]) => [
      ...(key === 'properties' ? Object.keys(value as object) : []),
      ...propertiesIn(value),
    ]);
  }

  const shown = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/`([a-z]+(?:-[a-z]+)*): [^`\n]+`/g)].map(([, name = '']) => ({ path, name })),
  );

  it('finds many', () => {
    expect(shown.length).toBeGreaterThan(100);
  });

  it('shows a value only for an input or a field that exists', () => {
    expect(shown.filter(({ name }) => !known.has(name) && !OTHERS.has(name))).toEqual([]);
  });
});
