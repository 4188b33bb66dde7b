import { dependenciesOf, inOrder } from './graph.ts';
import { type Reference, references, resourceReferences } from './references.ts';
import type { Template } from './template.ts';
import { TemplateError } from './value.ts';

const PSEUDO = new Set(
  [
    'AccountId',
    'NoValue',
    'NotificationARNs',
    'Partition',
    'Region',
    'StackId',
    'StackName',
    'URLSuffix',
  ].map((name) => `AWS::${name}`),
);

/** The attributes of a resource type for `Fn::GetAtt`; undefined if the type does not exist. */
export type AttributesOf = (type: string) => ReadonlySet<string> | undefined;

/**
 * Makes the checks that CloudFormation makes before it evaluates values: resource types, references,
 * attributes and cycles. Throws `TemplateError` with the first problem.
 */
export function validateTemplate(template: Template, attributesOf: AttributesOf): void {
  const types = Object.values(template.resources).map(({ type }) => type);
  const unknown = [...new Set(types)].filter((type) => attributesOf(type) === undefined);
  if (unknown.length > 0) {
    throw new TemplateError(
      `Template format error: Unrecognized resource types: [${unknown.join(', ')}]`,
    );
  }
  const inResources = Object.keys(template.resources).flatMap((name) =>
    resourceReferences(template, name),
  );
  checkNames(template, inResources, 'Resources');
  const inOutputs = Object.values(template.outputs).flatMap(({ value, exportName }) => [
    ...references(value),
    ...references(exportName ?? null),
  ]);
  checkNames(template, inOutputs, 'Outputs');
  checkAttributes(template, [...inResources, ...inOutputs], attributesOf);
  inOrder(dependenciesOf(template));
}

function checkNames(template: Template, found: readonly Reference[], block: string): void {
  const missing = found
    .filter(({ name, attribute }) =>
      attribute === undefined ? !isNamed(template, name) : template.resources[name] === undefined,
    )
    .map(({ name }) => name);
  if (missing.length > 0) {
    throw new TemplateError(
      `Template format error: Unresolved resource dependencies [${[...new Set(missing)].join(', ')}] in the ${block} block of the template`,
    );
  }
}

function isNamed(template: Template, name: string): boolean {
  return (
    PSEUDO.has(name) ||
    template.parameters[name] !== undefined ||
    template.resources[name] !== undefined
  );
}

function checkAttributes(
  template: Template,
  found: readonly Reference[],
  attributesOf: AttributesOf,
): void {
  for (const { name, attribute } of found) {
    const type = template.resources[name]?.type;
    if (attribute === undefined || attribute === '' || type === undefined) continue;
    if (attributesOf(type)?.has(attribute) !== true) {
      throw new TemplateError(
        `Template error: resource ${name} does not support attribute type ${attribute} in Fn::GetAtt`,
      );
    }
  }
}
