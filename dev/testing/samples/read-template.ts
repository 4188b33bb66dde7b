import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { templateBody } from '../../../src/cloudformation/template-body.ts';
import { shortForms } from '../../stand-ins/aws/cloudformation/language/yaml-tags.ts';
import { CHECKOUT } from '../../tools/checkout.ts';

/** The parts of a CloudFormation template that the tests look at. */
export interface Template {
  readonly Parameters: Readonly<Record<string, Parameter>>;
  readonly Conditions: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
}

export interface Parameter {
  readonly Type: string;
  readonly Default?: string | number;
  readonly AllowedPattern?: string;
}

export interface Resource {
  readonly Type: string;
  readonly Condition?: string;
  readonly DependsOn?: string | readonly string[];
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** The text of a template in `cfn/`. */
export function templateText(name: string): string {
  return readFileSync(join(CHECKOUT, 'cfn', `${name}.yaml`), 'utf8');
}

/** The text of a template in `cfn/` as provision sends it, which fits into a request. */
export function sentTemplate(name: string): string {
  return templateBody({ file: `cfn/${name}.yaml`, text: templateText(name) });
}

/** A template in `cfn/`, with `!Ref x` and the like in their long form, `{ Ref: x }`. */
export function readTemplate(name: string): Template {
  return parse(templateText(name), { customTags: shortForms });
}
