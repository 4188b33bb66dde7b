import { cidrBlocks } from './cidr.ts';
import { subReference } from './references.ts';
import { subParts } from './sub.ts';
import {
  isList,
  isObject,
  isRecord,
  type Json,
  type JsonObject,
  NO_VALUE,
  TemplateError,
  UNKNOWN,
  type Value,
} from './value.ts';
import { attributePath } from './yaml-tags.ts';

/** Resolves the names in a template. `undefined` means that the name does not exist. */
export interface Scope {
  ref(name: string): Value | typeof NO_VALUE | undefined;
  attribute(resource: string, attribute: string): Value | undefined;
  /** The value of another stack's export; throws if there is none. */
  imported(name: string): Value;
  /** The names of a region's Availability Zones. An empty name means the stack's own region. */
  zones(region: string): readonly string[];
  readonly mappings: JsonObject;
}

type Result = Value | typeof NO_VALUE;
type Intrinsic = (argument: Json, scope: Scope) => Result;

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (name, scope) => reference(String(name), scope),
  'Fn::GetAtt': (argument, scope) => {
    const path = typeof argument === 'string' ? attributePath(argument) : argument;
    const [resource, attribute] = fixed(path, 2, 'Fn::GetAtt');
    return attributeOf(String(resource), String(evaluate(attribute ?? '', scope)), scope);
  },
  'Fn::Sub': substitute,
  'Fn::Join': (argument, scope) => {
    const [separator, list] = evaluated(argument, 2, 'Fn::Join', scope);
    return strict([separator, list], () =>
      listOf(list, 'Fn::Join').map(textOf).join(textOf(separator)),
    );
  },
  'Fn::Select': (argument, scope) => {
    const [index, list] = evaluated(argument, 2, 'Fn::Select', scope);
    if (index === UNKNOWN || list === UNKNOWN) return UNKNOWN;
    const item = listOf(list, 'Fn::Select')[Number(index)];
    if (item !== undefined) return item;
    throw new TemplateError(
      `Template error: Fn::Select cannot select nonexistent value at index ${String(index)}`,
    );
  },
  'Fn::Split': (argument, scope) => {
    const [separator, text] = evaluated(argument, 2, 'Fn::Split', scope);
    return strict([separator, text], () => textOf(text).split(textOf(separator)));
  },
  'Fn::Base64': (argument, scope) => {
    const text = value(argument, scope);
    return strict([text], () => Buffer.from(textOf(text), 'utf8').toString('base64'));
  },
  'Fn::Cidr': (argument, scope) => {
    const padded = Array.isArray(argument) && argument.length === 2 ? [...argument, 8] : argument;
    const [block, count, bits] = evaluated(padded, 3, 'Fn::Cidr', scope);
    return strict([block, count, bits], () =>
      cidrBlocks(textOf(block), Number(count), Number(bits)),
    );
  },
  'Fn::GetAZs': (argument, scope) => {
    const region = value(argument, scope);
    return strict([region], () => scope.zones(textOf(region)));
  },
  'Fn::FindInMap': (argument, scope) => {
    const keys = evaluated(argument, 3, 'Fn::FindInMap', scope).map(textOf);
    return findInMap(keys, scope);
  },
  'Fn::ImportValue': (argument, scope) => {
    const name = value(argument, scope);
    return strict([name], () => scope.imported(textOf(name)));
  },
};

/**
 * Replaces every intrinsic function in a template's value, except `Fn::If`, which `selectLive` has
 * replaced. Values that depend on something unknown become `UNKNOWN`. Throws `TemplateError` for unknown
 * names and misused functions.
 */
export function evaluate(template: Json, scope: Scope): Result {
  if (Array.isArray(template)) {
    return template.map((item) => evaluate(item, scope)).filter((item) => item !== NO_VALUE);
  }
  if (!isObject(template)) return template as Value;
  const [key, ...others] = Object.keys(template);
  if (key !== undefined && others.length === 0) {
    const intrinsic = Object.hasOwn(INTRINSICS, key) ? INTRINSICS[key] : undefined;
    if (intrinsic !== undefined) return intrinsic(template[key] ?? null, scope);
    if (key.startsWith('Fn::')) {
      throw new TemplateError(`Template error: ${key} is not a function that is supported here`);
    }
  }
  const entries = Object.entries(template).map(([name, item]) => [name, evaluate(item, scope)]);
  return Object.fromEntries(entries.filter(([, item]) => item !== NO_VALUE));
}

/** Evaluates a value that cannot be left out: `AWS::NoValue` becomes an empty text. */
function value(template: Json, scope: Scope): Value {
  const result = evaluate(template, scope);
  return result === NO_VALUE ? '' : result;
}

function reference(name: string, scope: Scope): Result {
  const found = scope.ref(name);
  if (found === undefined) throw unresolved(name);
  return found;
}

function attributeOf(resource: string, attribute: string, scope: Scope): Value {
  const found = scope.attribute(resource, attribute);
  if (found !== undefined) return found;
  throw new TemplateError(
    `Template error: resource ${resource} does not support attribute type ${attribute} in Fn::GetAtt`,
  );
}

function unresolved(name: string): TemplateError {
  return new TemplateError(
    `Template format error: Unresolved resource dependencies [${name}] in the Resources block of the template`,
  );
}

function substitute(argument: Json, scope: Scope): Value {
  const [text, own] = Array.isArray(argument) ? fixed(argument, 2, 'Fn::Sub') : [argument, {}];
  const variables = isObject(own) ? own : {};
  const pieces = subParts(String(text)).map((part): Value => {
    if ('literal' in part) return part.literal;
    const variable = variables[part.name];
    if (variable !== undefined) return value(variable, scope);
    const { name, attribute } = subReference(part.name);
    if (attribute !== undefined) return attributeOf(name, attribute, scope);
    const found = reference(name, scope);
    return found === NO_VALUE ? '' : found;
  });
  return strict(pieces, () => pieces.map(textOf).join(''));
}

function findInMap(keys: readonly string[], scope: Scope): Value {
  let at: Json | undefined = scope.mappings;
  for (const key of keys) at = isObject(at) ? at[key] : undefined;
  if (at !== undefined) return at as Value;
  throw new TemplateError(`Template error: Unable to get mapping for ${keys.join('::')}`);
}

function evaluated(argument: Json, length: number, name: string, scope: Scope): readonly Value[] {
  return fixed(argument, length, name).map((item) => value(item, scope));
}

function fixed(argument: Json, length: number, name: string): readonly Json[] {
  if (Array.isArray(argument) && argument.length === length) return argument;
  throw new TemplateError(`Template error: every ${name} object requires ${length} arguments`);
}

/** Returns `UNKNOWN` if any input contains it, otherwise the result of `work`. */
function strict(inputs: readonly (Value | undefined)[], work: () => Value): Value {
  return inputs.some((input) => input !== undefined && containsUnknown(input)) ? UNKNOWN : work();
}

function containsUnknown(input: Value): boolean {
  return input === UNKNOWN || (isList(input) && input.some(containsUnknown));
}

function listOf(input: Value | undefined, name: string): readonly Value[] {
  if (isList(input)) return input;
  throw new TemplateError(`Template error: ${name} requires a list`);
}

function textOf(input: Value | undefined): string {
  if (isRecord(input) || isList(input)) {
    throw new TemplateError('Template error: expected a text but got a list or an object');
  }
  return String(input ?? '');
}
