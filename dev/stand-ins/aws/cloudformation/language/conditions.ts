import { evaluate, type Scope } from './evaluate.ts';
import type { OutputDeclaration, ResourceDeclaration, Template } from './template.ts';
import {
  isObject,
  type Json,
  type JsonObject,
  sameValue,
  TemplateError,
  type Value,
} from './value.ts';

export type ConditionValues = Readonly<Record<string, boolean>>;

/** The values of all conditions of a template. `scope` knows only parameters and pseudo parameters. */
export function conditionValues(template: Template, scope: Scope): ConditionValues {
  const known: Record<string, boolean> = {};
  const open = new Set<string>();
  const named = (name: string): boolean => {
    const found = known[name];
    if (found !== undefined) return found;
    const declared = template.conditions[name];
    if (declared === undefined || open.has(name)) {
      throw new TemplateError(
        `Template format error: Unresolved condition dependency ${name} in the Conditions block of the template`,
      );
    }
    open.add(name);
    const truth = decide(declared, scope, named);
    known[name] = truth;
    return truth;
  };
  for (const name of Object.keys(template.conditions)) named(name);
  return known;
}

function decide(condition: Json, scope: Scope, named: (name: string) => boolean): boolean {
  const [key, argument] = isObject(condition) ? (Object.entries(condition)[0] ?? []) : [];
  const list = Array.isArray(argument) ? argument : [];
  switch (key) {
    case 'Condition':
      return named(String(argument));
    case 'Fn::Equals':
      return sameText(evaluate(list[0] ?? '', scope), evaluate(list[1] ?? '', scope));
    case 'Fn::And':
      return list.every((item) => decide(item, scope, named));
    case 'Fn::Or':
      return list.some((item) => decide(item, scope, named));
    case 'Fn::Not':
      return !decide(list[0] ?? null, scope, named);
    default:
      throw new TemplateError(
        'Template format error: Every Conditions member must be a condition function.',
      );
  }
}

function sameText(a: Value | symbol, b: Value | symbol): boolean {
  const text = (value: Value | symbol) =>
    typeof value === 'number' || typeof value === 'boolean' ? String(value) : (value as Value);
  return sameValue(text(a), text(b));
}

/**
 * Applies a template's conditions: removes resources and outputs whose condition is false, removes
 * `DependsOn` on them, and replaces every `Fn::If` by its selected branch.
 */
export function selectLive(template: Template, truths: ConditionValues): Template {
  const lives = ({ condition }: { condition?: string }) =>
    condition === undefined || truthOf(condition, truths);
  const resources = entriesOf(template.resources).filter(([, resource]) => lives(resource));
  const names = new Set(resources.map(([name]) => name));
  const outputs = entriesOf(template.outputs).filter(([, output]) => lives(output));
  return {
    ...template,
    resources: Object.fromEntries(
      resources.map(([name, resource]) => [name, liveResource(resource, names, template, truths)]),
    ),
    outputs: Object.fromEntries(
      outputs.map(([name, output]) => [name, liveOutput(output, truths)]),
    ),
  };
}

function liveResource(
  resource: ResourceDeclaration,
  names: ReadonlySet<string>,
  template: Template,
  truths: ConditionValues,
): ResourceDeclaration {
  return {
    ...resource,
    properties: choose(resource.properties, truths) as JsonObject,
    dependsOn: resource.dependsOn.filter(
      (name) => names.has(name) || template.resources[name] === undefined,
    ),
  };
}

function liveOutput(output: OutputDeclaration, truths: ConditionValues): OutputDeclaration {
  return {
    ...output,
    value: choose(output.value, truths),
    ...(output.exportName === undefined ? {} : { exportName: choose(output.exportName, truths) }),
  };
}

function choose(value: Json, truths: ConditionValues): Json {
  if (Array.isArray(value)) return value.map((item) => choose(item, truths));
  if (!isObject(value)) return value;
  const branches = value['Fn::If'];
  if (branches === undefined) {
    return Object.fromEntries(entriesOf(value).map(([key, item]) => [key, choose(item, truths)]));
  }
  if (!Array.isArray(branches) || branches.length !== 3) {
    throw new TemplateError('Template error: Fn::If requires a list argument with three members');
  }
  const [condition, yes, no] = branches as unknown as readonly [Json, Json, Json];
  return choose(truthOf(String(condition), truths) ? yes : no, truths);
}

function truthOf(condition: string, truths: ConditionValues): boolean {
  const truth = truths[condition];
  if (truth !== undefined) return truth;
  throw new TemplateError(
    `Template format error: Unresolved condition dependency ${condition} in the Resources block of the template`,
  );
}

function entriesOf<T>(map: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(map);
}
