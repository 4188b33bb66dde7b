import {
  isList,
  isRecord,
  sameValue,
  UNKNOWN,
  type Value,
  type Values,
} from '../language/value.ts';
import type { PropertySpec, PropertySpecs, Shape, TypeSpec } from './specification.ts';

/** A problem with a property. `path` starts at the properties: `/Tags/0`. */
export interface PropertyProblem {
  readonly path: string;
  readonly reason: string;
}

/**
 * Compares evaluated properties with the type's specification: finds unknown properties, missing required
 * ones and values of the wrong kind. `UNKNOWN` is always valid.
 */
export function propertyProblems(spec: TypeSpec, properties: Values): readonly PropertyProblem[] {
  return objectProblems(spec.properties, properties, '');
}

function objectProblems(specs: PropertySpecs, value: Values, path: string): PropertyProblem[] {
  const unsupported = Object.keys(value).filter((name) => !Object.hasOwn(specs, name));
  const missing = Object.entries(specs).filter(
    ([name, spec]) => spec.required && value[name] === undefined,
  );
  return [
    ...unsupported.map((name) => ({ path, reason: `Unsupported property [${name}]` })),
    ...missing.map(([name]) => ({ path, reason: `Required property [${name}] not found` })),
    ...Object.entries(value).flatMap(([name, item]) => {
      const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
      return spec === undefined ? [] : shapeProblems(spec.shape, item, `${path}/${name}`);
    }),
  ];
}

function shapeProblems(shape: Shape, value: Value, path: string): PropertyProblem[] {
  if (value === UNKNOWN || shape.kind === 'json') return [];
  const wrong = (wanted: string) => [{ path, reason: `Value of property must be ${wanted}` }];
  switch (shape.kind) {
    case 'list':
      if (!isList(value)) return wrong('a list');
      return value.flatMap((item, index) => shapeProblems(shape.of, item, `${path}/${index}`));
    case 'object':
      return isRecord(value) ? objectProblems(shape.properties, value, path) : wrong('an object');
    case 'map':
      if (!isRecord(value)) return wrong('an object');
      return Object.entries(value).flatMap(([key, item]) =>
        shapeProblems(shape.of, item, `${path}/${key}`),
      );
    default:
      return scalarProblem(shape.kind, value) ? wrong(`a ${shape.kind}`) : [];
  }
}

function scalarProblem(kind: 'text' | 'number' | 'boolean', value: Value): boolean {
  if (value === null || typeof value === 'object') return true;
  if (kind === 'number') return String(value).trim() === '' || Number.isNaN(Number(value));
  return kind === 'boolean' && !/^(true|false)$/i.test(String(value));
}

/** Converts texts to the specification's types: `"50"` to 50 and `"true"` to true. */
export function typedProperties(spec: TypeSpec, properties: Values): Values {
  return typedObject(spec.properties, properties);
}

function typedObject(specs: PropertySpecs, value: Values): Values {
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
      return [name, spec === undefined ? item : typed(spec.shape, item)];
    }),
  );
}

function typed(shape: Shape, value: Value): Value {
  if (value === UNKNOWN || shape.kind === 'json') return value;
  if (shape.kind === 'list')
    return isList(value) ? value.map((item) => typed(shape.of, item)) : value;
  if (shape.kind === 'map' && isRecord(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, typed(shape.of, item)]),
    );
  }
  if (shape.kind === 'object')
    return isRecord(value) ? typedObject(shape.properties, value) : value;
  if (shape.kind === 'number') return Number(value);
  if (shape.kind === 'boolean') return String(value).toLowerCase() === 'true';
  return String(value);
}

/** The effect of a changed property on the resource. */
export type Recreation = 'Always' | 'Conditionally' | 'Never';

export interface PropertyChange {
  readonly name: string;
  readonly recreation: Recreation;
  /** The new value is unknown, so the property may not change at all. */
  readonly uncertain: boolean;
}

/** The top-level properties that differ, and whether each change needs a new resource. */
export function propertyChanges(
  spec: TypeSpec,
  before: Values,
  after: Values,
): readonly PropertyChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names
    .filter((name) => !sameValue(before[name], after[name]))
    .map((name) => ({
      name,
      recreation: recreationOf(spec.properties[name], before[name], after[name]),
      uncertain: differOnlyInUnknown(before[name], after[name]),
    }));
}

function recreationOf(
  spec: PropertySpec | undefined,
  before: Value | undefined,
  after: Value | undefined,
): Recreation {
  if (spec === undefined || sameValue(before, after)) return 'Never';
  if (spec.replacement === 'yes') return 'Always';
  const inside: readonly Recreation[] =
    spec.shape.kind === 'object' && isRecord(before) && isRecord(after)
      ? Object.entries(spec.shape.properties).map(([name, inner]) =>
          recreationOf(inner, before[name], after[name]),
        )
      : [];
  if (inside.includes('Always')) return 'Always';
  return spec.replacement === 'maybe' || inside.includes('Conditionally')
    ? 'Conditionally'
    : 'Never';
}

function differOnlyInUnknown(before: Value | undefined, after: Value | undefined): boolean {
  if (after === UNKNOWN) return before !== undefined;
  if (isList(before) && isList(after)) {
    return (
      before.length === after.length &&
      after.every(
        (item, index) => sameValue(before[index], item) || differOnlyInUnknown(before[index], item),
      )
    );
  }
  if (isRecord(before) && isRecord(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.every(
      (key) => sameValue(before[key], after[key]) || differOnlyInUnknown(before[key], after[key]),
    );
  }
  return false;
}
