import { subParts } from './sub.ts';
import type { Template } from './template.ts';
import { isObject, type Json, type JsonObject } from './value.ts';
import { attributePath } from './yaml-tags.ts';

/** A reference to a parameter or resource (`attribute` undefined) or to an attribute. */
export interface Reference {
  readonly name: string;
  readonly attribute?: string;
}

/** All `Ref`, `Fn::GetAtt` and `${…}` of `Fn::Sub` in a value, in order, with duplicates. */
export function references(value: Json): readonly Reference[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (!isObject(value)) return [];
  const [key, argument] = single(value);
  if (key === 'Ref' && typeof argument === 'string') return [{ name: argument }];
  if (key === 'Fn::GetAtt') return attributeReferences(argument);
  if (key === 'Fn::Sub') return subReferences(argument);
  return Object.values(value).flatMap(references);
}

function attributeReferences(argument: Json | undefined): readonly Reference[] {
  const path = typeof argument === 'string' ? attributePath(argument) : argument;
  if (!Array.isArray(path) || typeof path[0] !== 'string') return [];
  const attribute = path[1];
  return typeof attribute === 'string'
    ? [{ name: path[0], attribute }]
    : [{ name: path[0], attribute: '' }, ...references(attribute ?? null)];
}

function subReferences(argument: Json | undefined): readonly Reference[] {
  const [text, own] = Array.isArray(argument) ? argument : [argument, {}];
  const variables = isObject(own) ? own : {};
  const named = subParts(String(text))
    .flatMap((part) => ('name' in part ? [part.name] : []))
    .filter((name) => variables[name] === undefined)
    .map(subReference);
  return [...named, ...references(variables)];
}

/** `${A.B}` is an attribute, `${A}` and `${AWS::Region}` are references. */
export function subReference(name: string): Reference {
  const [resource, attribute] = attributePath(name);
  return attribute === '' ? { name } : { name: resource, attribute };
}

function single(value: JsonObject): readonly [string | undefined, Json | undefined] {
  const keys = Object.keys(value);
  return keys.length === 1 && keys[0] !== undefined ? [keys[0], value[keys[0]]] : [undefined, null];
}

/** All references of a resource, from its properties and its `DependsOn`. */
export function resourceReferences(template: Template, logicalId: string): readonly Reference[] {
  const resource = template.resources[logicalId];
  if (resource === undefined) return [];
  return [...references(resource.properties), ...resource.dependsOn.map((name) => ({ name }))];
}
