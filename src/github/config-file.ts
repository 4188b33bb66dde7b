import { readFileSync } from 'node:fs';
import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
} from 'yaml';
import { z } from 'zod';
import { type InputProblem, messageOf } from '../core/errors.ts';
import { packFile } from '../core/pack-files.ts';

/** The input that names the file; spread it into the schema of an action. */
export const configField = { 'config-file': z.string().optional() };

/** Inputs that a file of the repository gives. Its keys are the names of the inputs. */
export interface ConfigFile {
  /** The value as the text that an input would have; undefined when the file does not have the key. */
  text(key: string): string | undefined;
  /** Where the value of a key is, or a part of it: `.github/multus.yaml:12`. */
  place(key: string, path: readonly PropertyKey[]): string;
  /** What is wrong with the file as a whole: it cannot be read, is no YAML, or has keys that nobody knows. */
  readonly problems: readonly InputProblem[];
}

const ALLOWED =
  "the path of a YAML file, from the job's working directory, with the names of inputs as its keys";

/** Reads a file of inputs. Problems name the file and the line. */
export function readConfigFile(
  path: string,
  readText: (path: string) => string = (file) => readFileSync(file, 'utf8'),
): ConfigFile {
  try {
    const lines = new LineCounter();
    const document = parseDocument(readText(path), { lineCounter: lines });
    return configFile(path, document, lines);
  } catch (error) {
    return broken(path, `${ALLOWED} (${messageOf(error)})`);
  }
}

/** A file that gives nothing, because it is not what is allowed as a whole. */
function broken(path: string, allowed: string, place?: string): ConfigFile {
  const problem = { input: 'config-file', value: path, allowed };
  const problems = [place === undefined ? problem : { ...problem, place }];
  return { text: () => undefined, place: () => path, problems };
}

function configFile(path: string, document: Document.Parsed, lines: LineCounter): ConfigFile {
  const lineOf = (node: unknown) => {
    const [offset] = isNode(node) ? (node.range ?? []) : [];
    return offset === undefined ? path : `${path}:${lines.linePos(offset).line}`;
  };
  const [error] = document.errors;
  if (error !== undefined) {
    const place = `${path}:${lines.linePos(error.pos[0]).line}`;
    const reason = error.message.split('\n', 1)[0]?.replace(/ at line \d+.*/, '');
    return broken(path, `YAML (${reason})`, place);
  }
  // Unknown aliases, and aliases that would need all memory, are errors here.
  document.toJS();
  const { contents } = document;
  if (contents !== null && !isMap(contents)) {
    return broken(path, ALLOWED);
  }
  const pairs = contents?.items ?? [];
  const known = configKeys();
  const problems = pairs
    .map(({ key }) => ({ input: String(isScalar(key) ? key.value : key), place: lineOf(key) }))
    .filter(({ input }) => !known.includes(input))
    .map((found) => ({ ...found, value: '', allowed: `only the keys ${known.join(', ')}` }));
  return {
    text: (key) => {
      const value = document.get(key, true);
      return isNode(value) ? textOf(value, document) : undefined;
    },
    place: (key, parts) => {
      const node = document.getIn([key, ...parts], true) ?? document.get(key, true);
      return lineOf(node);
    },
    problems,
  };
}

/** A scalar as it is written, items of a list on lines, and everything else as JSON, which is YAML. An empty list is no value. */
function textOf(node: Node, document: Document): string {
  if (isScalar(node)) return scalarText(node);
  if (isSeq(node) && node.items.every(isScalar)) return node.items.map(scalarText).join('\n');
  return JSON.stringify(node.toJS(document));
}

/** The text of a number matters: 1.30 is a version of Kubernetes. */
function scalarText({
  value,
  source,
}: {
  readonly value: unknown;
  readonly source?: string;
}): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : (source ?? String(value));
}

/** The keys of the published schema. */
export function configKeys(): readonly string[] {
  const schema: { properties: object } = JSON.parse(
    readFileSync(packFile('schemas', 'config-v1.json'), 'utf8'),
  );
  return Object.keys(schema.properties);
}
