import * as core from '@actions/core';
import { z } from 'zod';
import { InputError, type InputProblem } from '../core/errors.ts';
import { readYaml } from '../core/yaml.ts';
import { readConfigFile } from './config-file.ts';

/** Returns the text of an input, or the empty string when the user did not set it. */
export type InputSource = (name: string) => string;

const fromRunner: InputSource = (name) => core.getInput(name);

/**
 * Reads the inputs that `schema` names, and reports all problems together.
 *
 * The keys of the schema are the names in `action.yml`. A field gets `undefined` for an input that is not set, so
 * `.default()` and `.optional()` work as usual. The error message of a field is the "allowed" part of the report. What the job
 * does not give, the file of the input `config-file` may give.
 *
 * @throws InputError that names each bad input, its value and what is allowed.
 */
export function readInputs<Schema extends z.ZodObject>(
  schema: Schema,
  source: InputSource = fromRunner,
  options: ReadingOptions = {},
): z.output<Schema> {
  return parseInputs(schema, source, options).valid();
}

/** How inputs are read. */
interface ReadingOptions {
  /** Inputs that only the job gives, because the key means something else in a file. */
  readonly notInFile?: readonly string[];
  readonly readText?: (path: string) => string;
}

/** Inputs that have been read, some of which may be invalid. */
export interface ParsedInputs<Values> {
  /** The valid inputs. */
  readonly values: Partial<Values>;
  /**
   * Checks inputs against each other. Skips the check when one of `names` is already known to be invalid, so that each
   * mistake is reported once.
   */
  check<Name extends keyof Values & string>(
    names: readonly Name[],
    find: (values: Pick<Values, Name>) => readonly Omit<InputProblem, 'value'>[],
  ): void;
  /** @throws InputError that names every problem. */
  valid(): Values;
}

/** Like `readInputs`, but throws nothing until `valid` is called, so that further checks can add problems. */
export function parseInputs<Schema extends z.ZodObject>(
  schema: Schema,
  source: InputSource = fromRunner,
  { notInFile = [], readText }: ReadingOptions = {},
): ParsedInputs<z.output<Schema>> {
  const values: Record<string, unknown> = {};
  const texts: Record<string, string> = {};
  const path = 'config-file' in schema.shape ? source('config-file').trim() : '';
  const file = path === '' ? undefined : readConfigFile(path, readText);
  const ofFile = new Set<string>();
  const problems: InputProblem[] = [...(file?.problems ?? [])];
  const report = (input: string, allowed: string, parts: readonly PropertyKey[] = []) => {
    const place = ofFile.has(input) ? file?.place(input, parts) : undefined;
    const problem = { input, value: texts[input] ?? '', allowed };
    problems.push(place === undefined ? problem : { ...problem, place });
  };
  for (const [name, field] of Object.entries(schema.shape)) {
    const given = source(name).trim();
    const written =
      given === '' && !notInFile.includes(name) ? file?.text(name)?.trim() : undefined;
    if (written !== undefined) ofFile.add(name);
    const text = ofFile.has(name) ? (written ?? '') : given;
    texts[name] = text;
    const result = (field as z.ZodType).safeParse(text === '' ? undefined : text);
    if (result.success) values[name] = result.data;
    else for (const issue of result.error.issues) report(name, describe(issue), issue.path);
  }
  return {
    values: values as Partial<z.output<Schema>>,
    check(names, find) {
      const wrong = new Set(problems.map(({ input }) => input));
      if (names.some((name) => wrong.has(name))) return;
      for (const { input, allowed } of find(values as z.output<Schema>)) report(input, allowed);
    },
    valid() {
      if (problems.length > 0) throw new InputError(problems);
      return values as z.output<Schema>;
    },
  };
}

function describe({ path, message }: z.core.$ZodIssue): string {
  return path.length === 0 ? message : `${path.join('.')}: ${message}`;
}

/** Text that must match `pattern`. The report says `allowed` for a wrong and for a missing input. */
export function text(pattern: RegExp, allowed: string) {
  return z.string({ error: allowed }).regex(pattern, allowed);
}

/** One of a few words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words, { error: `one of ${words.join(', ')}` });
}

/** Inputs are texts. A file has values with types: the schemas of these, by the fields that read the texts. */
const FILE_FORMS = new WeakMap<z.ZodType, z.ZodType>();

/** Says what a field may be in the file of the input `config-file`, for the published schema. */
export function inFileAs<Field extends z.ZodType>(field: Field, form: z.ZodType): Field {
  FILE_FORMS.set(field, form);
  return field;
}

/** What a field may be in the file of the input `config-file`: by default, the text itself. */
export function fileForm(field: z.ZodType): z.ZodType {
  const { innerType, in: before } = field.def as { innerType?: z.ZodType; in?: z.ZodType };
  const inner = innerType ?? before;
  return FILE_FORMS.get(field) ?? (inner === undefined ? field : fileForm(inner));
}

/** `true` or `false`, in the spellings of YAML 1.2's core schema. */
export function flag() {
  const field = z
    .string()
    .regex(/^(true|True|TRUE|false|False|FALSE)$/, 'true or false')
    .transform((word) => word.toLowerCase() === 'true');
  return inFileAs(field, z.boolean());
}

/** A whole number in decimal digits, between `min` and `max` inclusive. */
export function wholeNumber(min: number, max: number) {
  const allowed = `a whole number from ${min} to ${max}`;
  const field = z
    .string({ error: allowed })
    .regex(/^\d+$/, allowed)
    .transform(Number)
    .refine((number) => number >= min && number <= max, allowed);
  return inFileAs(field, z.int().min(min).max(max));
}

/** A list in a file: its items, or one text with commas. */
export function listForm(item: z.ZodType = z.string()): z.ZodType {
  return z.union([z.array(item), z.string()]);
}

/** Items separated by commas or line ends. Drops empty items. */
export function list(item: z.ZodType<string, string> = z.string()) {
  const field = z
    .string()
    .transform((raw) =>
      raw
        .split(/[,\n]/)
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .pipe(z.array(item));
  return inFileAs(field, listForm(item));
}

/**
 * YAML of a given shape. JSON is YAML, too.
 *
 * @param form what a file may have in its place
 */
export function yaml<Shape extends z.ZodType>(
  shape: Shape,
  allowed: string,
  form: z.ZodType = shape,
) {
  const field = z
    .string({ error: allowed })
    .transform((raw, context) => {
      const read = readYaml(raw, 'core');
      const problem = 'problem' in read ? read.problem : 'it has more than one document';
      if ('documents' in read && read.documents.length <= 1) return read.documents[0]?.value;
      context.addIssue({ code: 'custom', message: `${allowed} (${problem})` });
      return z.NEVER;
    })
    .pipe(shape);
  return inFileAs(field, form);
}
