import { parseTemplateText } from './parse.ts';
import { isObject, type Json, type JsonObject, TemplateError } from './value.ts';

export interface ParameterDeclaration {
  readonly type: string;
  readonly default?: string;
  readonly noEcho: boolean;
  readonly description?: string;
  readonly constraintDescription?: string;
  readonly allowedValues?: readonly string[];
  readonly allowedPattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minValue?: number;
  readonly maxValue?: number;
}

export interface ResourceDeclaration {
  readonly type: string;
  readonly properties: JsonObject;
  readonly dependsOn: readonly string[];
  readonly condition?: string;
  readonly deletionPolicy: string;
  readonly updateReplacePolicy: string;
  /**
   * Sections such as `Metadata` and `UpdatePolicy`. Change sets compare them. Handlers know the update policy of a
   * resource; the others have no effect.
   */
  readonly others: JsonObject;
}

export interface OutputDeclaration {
  readonly value: Json;
  readonly description?: string;
  readonly exportName?: Json;
  readonly condition?: string;
}

export interface Template {
  readonly description?: string;
  readonly metadata?: Json;
  readonly parameters: Readonly<Record<string, ParameterDeclaration>>;
  readonly mappings: JsonObject;
  readonly conditions: JsonObject;
  readonly resources: Readonly<Record<string, ResourceDeclaration>>;
  readonly outputs: Readonly<Record<string, OutputDeclaration>>;
}

const SECTIONS = [
  'AWSTemplateFormatVersion',
  'Description',
  'Metadata',
  'Parameters',
  'Rules',
  'Mappings',
  'Conditions',
  'Transform',
  'Resources',
  'Outputs',
];

/** Reads the sections of a template; throws `TemplateError` if the text is not a template. */
export function readTemplate(body: string): Template {
  const root = parseTemplateText(body);
  if (!isObject(root)) throw new TemplateError('Template format error: unsupported structure.');
  checkSections(root);
  const resources = mapOf(root, 'Resources', readResource);
  if (Object.keys(resources).length === 0) {
    throw new TemplateError(
      'Template format error: At least one Resources member must be defined.',
    );
  }
  return {
    ...text('description', root['Description']),
    ...(root['Metadata'] === undefined ? {} : { metadata: root['Metadata'] }),
    parameters: mapOf(root, 'Parameters', readParameter),
    mappings: section(root, 'Mappings'),
    conditions: section(root, 'Conditions'),
    resources,
    outputs: mapOf(root, 'Outputs', readOutput),
  };
}

function checkSections(root: JsonObject): void {
  const strange = Object.keys(root).filter((key) => !SECTIONS.includes(key));
  if (strange.length > 0) {
    throw new TemplateError(`Invalid template property or properties [${strange.join(', ')}]`);
  }
  for (const left of ['Transform', 'Rules']) {
    if (root[left] !== undefined) {
      throw new TemplateError(`The rehearsal does not simulate ${left}`);
    }
  }
}

function section(root: JsonObject, name: string): JsonObject {
  const found = root[name] ?? {};
  if (!isObject(found)) {
    throw new TemplateError(`Template format error: ${name} must be an object.`);
  }
  return found;
}

function mapOf<T>(
  root: JsonObject,
  name: string,
  read: (key: string, value: JsonObject) => T,
): Record<string, T> {
  return Object.fromEntries(
    Object.entries(section(root, name)).map(([key, value]) => {
      if (!/^[A-Za-z0-9]+$/.test(key)) {
        throw new TemplateError(`Template format error: ${name} name ${key} is non alphanumeric.`);
      }
      if (!isObject(value)) {
        throw new TemplateError(`Template format error: Every ${name} member must be an object.`);
      }
      return [key, read(key, value)];
    }),
  );
}

function readParameter(name: string, from: JsonObject): ParameterDeclaration {
  if (typeof from['Type'] !== 'string') {
    throw new TemplateError(
      `Template format error: Every Parameters object must contain a Type member. (${name})`,
    );
  }
  const values = from['AllowedValues'];
  return {
    type: from['Type'],
    noEcho: String(from['NoEcho'] ?? false) === 'true',
    ...text('default', from['Default']),
    ...text('description', from['Description']),
    ...text('constraintDescription', from['ConstraintDescription']),
    ...text('allowedPattern', from['AllowedPattern']),
    ...(Array.isArray(values) ? { allowedValues: values.map(String) } : {}),
    ...number('minLength', from['MinLength']),
    ...number('maxLength', from['MaxLength']),
    ...number('minValue', from['MinValue']),
    ...number('maxValue', from['MaxValue']),
  };
}

function readResource(name: string, from: JsonObject): ResourceDeclaration {
  const {
    Type,
    Properties = {},
    DependsOn = [],
    Condition,
    DeletionPolicy = 'Delete',
    UpdateReplacePolicy = 'Delete',
    ...others
  } = from;
  if (typeof Type !== 'string') {
    throw new TemplateError(
      'Template format error: Every Resources object must contain a Type member.',
    );
  }
  if (!isObject(Properties)) {
    throw new TemplateError(`Template format error: Properties of ${name} must be an object.`);
  }
  return {
    type: Type,
    properties: Properties,
    dependsOn: [DependsOn].flat().map(String),
    ...text('condition', Condition),
    deletionPolicy: String(DeletionPolicy),
    updateReplacePolicy: String(UpdateReplacePolicy),
    others,
  };
}

function readOutput(name: string, from: JsonObject): OutputDeclaration {
  if (from['Value'] === undefined) {
    throw new TemplateError(
      `Template format error: Every Outputs member must contain a Value object (${name})`,
    );
  }
  const exported = from['Export'];
  return {
    value: from['Value'],
    ...text('description', from['Description']),
    ...text('condition', from['Condition']),
    ...(isObject(exported) && exported['Name'] !== undefined
      ? { exportName: exported['Name'] }
      : {}),
  };
}

function text<K extends string>(key: K, value: Json | undefined): Partial<Record<K, string>> {
  if (value === undefined || value === null) return {};
  return { [key]: Array.isArray(value) ? value.join(',') : String(value) } as Record<K, string>;
}

function number<K extends string>(key: K, value: Json | undefined): Partial<Record<K, number>> {
  return value === undefined ? {} : ({ [key]: Number(value) } as Record<K, number>);
}
