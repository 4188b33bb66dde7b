import * as core from '@actions/core';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { InputError, type InputProblem, messageOf } from '../core/errors.ts';

/** Gives the text of an input, or the empty string when it was not given. */
export type InputSource = (name: string) => string;

const fromRunner: InputSource = (name) => core.getInput(name);

/**
 * Reads every input that `schema` names, once, and reports every problem at once.
 *
 * The keys of the schema are the names in `action.yml`. An input that was not given reaches its field
 * as `undefined`, so `.default()` and `.optional()` mean what they say. A field's error message is the
 * text of "what is allowed".
 *
 * @throws InputError naming each bad input, its value and what is allowed.
 */
export function readInputs<Schema extends z.ZodObject>(
  schema: Schema,
  source: InputSource = fromRunner,
): z.output<Schema> {
  return parseInputs(schema, source).valid();
}

/** Inputs that have been read and that may be wrong. */
export interface ParsedInputs<Values> {
  /** The inputs that are right so far. */
  readonly values: Partial<Values>;
  /**
   * Checks inputs against each other. Skips the check when one of the inputs that it looks at is known to be wrong, so
   * that one mistake is reported once.
   */
  check<Name extends keyof Values & string>(
    names: readonly Name[],
    find: (values: Pick<Values, Name>) => readonly Omit<InputProblem, 'value'>[],
  ): void;
  /** @throws InputError naming every problem that was found. */
  valid(): Values;
}

/** Reads every input that `schema` names, once. Fields are as for `readInputs`; nothing is thrown yet. */
export function parseInputs<Schema extends z.ZodObject>(
  schema: Schema,
  source: InputSource = fromRunner,
): ParsedInputs<z.output<Schema>> {
  const values: Record<string, unknown> = {};
  const texts: Record<string, string> = {};
  const problems: InputProblem[] = [];
  const report = (input: string, allowed: string) =>
    problems.push({ input, value: shorten(texts[input] ?? ''), allowed });
  for (const [name, field] of Object.entries(schema.shape)) {
    const text = source(name).trim();
    texts[name] = text;
    const result = (field as z.ZodType).safeParse(text === '' ? undefined : text);
    if (result.success) values[name] = result.data;
    else for (const issue of result.error.issues) report(name, describe(issue));
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

const LONGEST_SHOWN_VALUE = 200;

function shorten(value: string): string {
  return value.length <= LONGEST_SHOWN_VALUE ? value : `${value.slice(0, LONGEST_SHOWN_VALUE)}…`;
}

/** Text that must match `pattern`; `allowed` says so in words. An input that is missing gets the same words. */
export function text(pattern: RegExp, allowed: string) {
  return z.string({ error: allowed }).regex(pattern, allowed);
}

/** One of a few words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words, { error: `one of ${words.join(', ')}` });
}

/** `true` or `false`, as YAML 1.2's core schema writes them. */
export function flag() {
  return z
    .string()
    .regex(/^(true|True|TRUE|false|False|FALSE)$/, 'true or false')
    .transform((word) => word.toLowerCase() === 'true');
}

/** A whole number in decimal digits, between `min` and `max` inclusive. */
export function wholeNumber(min: number, max: number) {
  const allowed = `a whole number from ${min} to ${max}`;
  return z
    .string({ error: allowed })
    .regex(/^\d+$/, allowed)
    .transform(Number)
    .refine((number) => number >= min && number <= max, allowed);
}

/** Items separated by commas or line ends; empty items are dropped. */
export function list(item: z.ZodType<string, string> = z.string()) {
  return z
    .string()
    .transform((raw) =>
      raw
        .split(/[,\n]/)
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .pipe(z.array(item));
}

/** YAML (or JSON, which is YAML) of a given shape. */
export function yaml<Shape extends z.ZodType>(shape: Shape, allowed: string) {
  return z
    .string({ error: allowed })
    .transform((raw, context) => {
      try {
        return parseYaml(raw) as unknown;
      } catch (error) {
        context.addIssue({ code: 'custom', message: `${allowed} (${firstLine(error)})` });
        return z.NEVER;
      }
    })
    .pipe(shape);
}

function firstLine(error: unknown): string {
  return messageOf(error).split('\n', 1)[0] ?? '';
}
