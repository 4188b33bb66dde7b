import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { inputSchema as configureInputs } from '../../src/configure-multus/inputs.ts';
import { fileForm } from '../../src/github/inputs.ts';
import { inputSchema as previewInputs } from '../../src/preview/inputs.ts';
import { inputSchema as provisionInputs } from '../../src/provision/inputs.ts';
import { inputSchema as verifyInputs } from '../../src/verify/inputs.ts';
import { CHECKOUT } from './checkout.ts';

/** Inputs that say what a job does, or that one job hands to the next. A file is for what an environment is. */
const NOT_IN_FILE = new Set([
  'command',
  'config-file',
  'then-configure',
  'environment',
  'github-environment',
  'github-token',
  'timeout-minutes',
  'report-directory',
  'compare-with',
  'cluster-name',
  'failure',
  'cluster-endpoint',
  'cluster-certificate-authority',
  'kubeconfig',
  'name',
  'plan',
  'price',
  'pull-request',
  'reason',
  'report-path',
  'report-url',
  'status',
  'asleep',
  'environment-token',
  'bases',
  'idle-hours',
  'turn',
]);

/** The actions whose inputs a file gives. Of two that have an input, the first one describes it. */
const ACTIONS = [
  ['configure-multus', configureInputs],
  ['provision', provisionInputs],
  ['verify', verifyInputs],
  ['preview', previewInputs],
] as const;

type JsonSchema = Readonly<Record<string, unknown>>;

/** The published schemas, by their paths. Checks that compare inputs with each other are not in them. */
export function publishedSchemas(): Readonly<Record<string, string>> {
  const fields = fieldsOfFile();
  const part = (key: string) => {
    const field = fields.get(key);
    if (field === undefined) throw new Error(`no input ${key}`);
    return field;
  };
  return {
    'schemas/config-v1.json': written('config', 'The file of the input config-file', {
      type: 'object',
      properties: Object.fromEntries([...fields].toSorted(([a], [b]) => a.localeCompare(b))),
      additionalProperties: false,
    }),
    ...Object.fromEntries(
      ['node-groups', 'networks', 'expect', 'targets'].map((key) => [
        `schemas/${key}-v1.json`,
        written(key, `The input ${key}`, part(key)),
      ]),
    ),
  };
}

function written(name: string, title: string, schema: JsonSchema): string {
  const head = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:eks-multus-actions:${name}:1`,
    title: `${title}, version 1`,
  };
  return `${JSON.stringify({ ...head, ...schema }, null, 2)}\n`;
}

function fieldsOfFile(): ReadonlyMap<string, JsonSchema> {
  const fields = new Map<string, JsonSchema>();
  for (const [action, { shape }] of ACTIONS) {
    const descriptions = descriptionsOf(action);
    for (const [key, field] of Object.entries(shape)) {
      if (NOT_IN_FILE.has(key) || fields.has(key)) continue;
      fields.set(key, { description: descriptions[key]?.description?.trim(), ...schemaOf(field) });
    }
  }
  return fields;
}

function schemaOf(field: z.ZodType): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(fileForm(field), {
    io: 'input',
    unrepresentable: 'any',
  });
  return schema;
}

function descriptionsOf(action: string): Readonly<Record<string, { description?: string }>> {
  const file = resolve(CHECKOUT, 'actions', action, 'action.yml');
  return (parse(readFileSync(file, 'utf8')) as { inputs: Record<string, { description?: string }> })
    .inputs;
}
