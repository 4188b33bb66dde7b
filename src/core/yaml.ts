import { Lexer, LineCounter, parseAllDocuments, type Tags } from 'yaml';

/** One document of a YAML text. */
interface YamlDocument {
  readonly value: unknown;
  /** The line of the text at which it begins, from 1. */
  readonly line: number;
}

type Reading =
  | { readonly documents: readonly YamlDocument[] }
  /** What is wrong, with its line and column. */
  | { readonly problem: string };

/** `kubernetes` is YAML 1.1 as Go reads it: see readYaml. `core` is YAML 1.2. */
type Dialect = 'kubernetes' | 'core';

/** How often a document may repeat its anchors. Many networks may share one; a bomb needs many more. */
const MOST_ALIASES = 10_000;

/**
 * Reads the documents of a YAML or JSON text. Empty documents are left out. Texts in quotes may have further lines that
 * are not indented, as in files that kubectl takes.
 *
 * The dialect `kubernetes` takes all that kubectl takes (sigs.k8s.io/yaml): merge keys, `yes` and `on` as booleans, and a
 * key that occurs twice, of which the last one counts. Texts that look like dates or times stay texts, because JSON knows
 * neither.
 */
export function readYaml(text: string, dialect: Dialect): Reading {
  const plain = text.replace(/^\uFEFF/, '');
  const source = indentQuoted(plain);
  const lines = new LineCounter();
  const documents = parseAllDocuments(source, {
    ...DIALECTS[dialect],
    lineCounter: lines,
    prettyErrors: false,
  });
  const found: YamlDocument[] = [];
  for (const document of documents) {
    const [error] = document.errors;
    if (error !== undefined)
      return { problem: `${placeOf(lines, error.pos[0])}: ${error.message}` };
    const { contents } = document;
    const [start = 0] = contents?.range ?? [];
    const { line } = lines.linePos(start);
    try {
      const value: unknown = document.toJS({ maxAliasCount: MOST_ALIASES });
      if (containsItself(value)) return { problem: `line ${line}: an anchor contains itself` };
      if (value !== null && value !== undefined) found.push({ value, line });
    } catch (error) {
      // An alias without an anchor, or so many that they are an attack.
      return { problem: `line ${line}: ${(error as Error).message}` };
    }
  }
  return { documents: found };
}

const DIALECTS = {
  core: {},
  kubernetes: {
    version: '1.1',
    merge: true,
    uniqueKeys: false,
    customTags: (tags: Tags) =>
      tags.filter(
        (tag) => typeof tag === 'string' || !NOT_IN_JSON.has(`${tag.tag} ${tag.format ?? ''}`),
      ),
  },
} as const;

/** Dates, and numbers such as 12:30, which Go's reader of YAML leaves as texts. */
const NOT_IN_JSON: ReadonlySet<string> = new Set([
  'tag:yaml.org,2002:timestamp ',
  'tag:yaml.org,2002:int TIME',
  'tag:yaml.org,2002:float TIME',
]);

function placeOf(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `line ${line}, column ${col}`;
}

/** Aliases may make a value a part of itself, which no JSON can show. */
function containsItself(value: unknown, above: ReadonlySet<unknown> = new Set()): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (above.has(value)) return true;
  const within = new Set(above).add(value);
  return Object.values(value).some((one) => containsItself(one, within));
}

const QUOTED = { "'": /'(?:[^']|'')*'/y, '"': /"(?:[^"\\]|\\[\s\S])*"/y } as const;
/** Where documents begin and end. No text in quotes goes on there. */
const MARKER = /^(?=(?:---|\.\.\.)(?:\s|$))/m;

/**
 * Indents the further lines of texts in quotes where YAML demands it and Go does not. White space at the beginning of such
 * a line is no part of the text, so its value stays the same. Each document is by itself, because the lexer starts again
 * after each text that is indented. Pure.
 */
function indentQuoted(text: string): string {
  return text.split(MARKER).map(indentInDocument).join('');
}

function indentInDocument(text: string): string {
  let source = text;
  for (;;) {
    const broken = firstBroken(source);
    if (broken === undefined) return source;
    const { start, quoted } = broken;
    const column = start - (source.lastIndexOf('\n', start - 1) + 1);
    const indented = quoted.replaceAll('\n', `\n${' '.repeat(column + 1)}`);
    source = source.slice(0, start) + indented + source.slice(start + quoted.length);
  }
}

/** The first text in quotes that the lexer gives up at the end of a line, although its other quote comes later. */
function firstBroken(text: string): { start: number; quoted: string } | undefined {
  let start = 0;
  for (const token of new Lexer().lex(text)) {
    const quote = token[0];
    if (quote === "'" || quote === '"') {
      const pattern = QUOTED[quote];
      pattern.lastIndex = start;
      const quoted = pattern.exec(text)?.[0];
      if (quoted !== undefined && quoted.length > token.length) return { start, quoted };
    }
    if (!MARKS.has(token)) start += token.length;
  }
  return undefined;
}

/** Tokens of the lexer that stand for no character of the text: https://eemeli.org/yaml/#lexer */
const MARKS: ReadonlySet<string> = new Set(['\u0002', '\u0018', '\u001f']);
