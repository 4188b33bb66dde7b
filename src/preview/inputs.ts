import { z } from 'zod';
import { credentialFields } from '../aws/credential-fields.ts';
import { InputError } from '../core/errors.ts';
import { environmentSchema } from '../environment/environment.ts';
import { type InputSource, oneOf, readInputs, text, wholeNumber, yaml } from '../github/inputs.ts';

const COMMANDS = ['decide', 'begin', 'report', 'end', 'list-expired'] as const;

const PLAN = "the JSON of provision's output plan";
const planSchema = z.array(
  z.object({
    stack: z.string(),
    action: z.string(),
    changes: z.array(
      z.object({
        action: z.string(),
        logicalId: z.string(),
        type: z.string(),
        replacement: z.string(),
      }),
    ),
  }),
  { error: PLAN },
);

/** The inputs of the action, by their names in `action.yml`. */
export const inputSchema = z.object({
  command: oneOf(COMMANDS),
  ...credentialFields,
  'aws-region': credentialFields['aws-region'].optional(),
  'github-token': text(/^\S+$/, 'a token without spaces').optional(),
  'name-prefix': text(
    /^[a-z][a-z0-9-]{0,28}[a-z0-9]$/,
    'lower-case letters, digits and - (2 to 30 characters, first a letter, last no -)',
  ).default('eks-multus-pr'),
  label: text(/^[^,]{1,50}$/, 'the name of a label').optional(),
  name: text(
    /^[a-z][a-z0-9-]{0,37}[a-z0-9]$/,
    'lower-case letters, digits and - (2 to 39 characters, first a letter, last no -)',
  ).optional(),
  'pull-request': wholeNumber(1, 999_999_999).optional(),
  'max-previews': wholeNumber(0, 1000).default(5),
  status: oneOf(['success', 'failure', 'cancelled']).default('success'),
  reason: text(/^[^\0]{1,500}$/, 'a sentence').optional(),
  plan: yaml(planSchema, PLAN).optional(),
  environment: yaml(environmentSchema, "the JSON of provision's output environment").optional(),
  'report-path': text(/^[^\0]{1,1024}$/, 'the path of a report.json').optional(),
  'report-url': text(/^https?:\/\/[^\s()]{1,1000}$/, 'a URL').optional(),
});

export type PreviewInputs = z.output<typeof inputSchema>;

/** What each command cannot do without. */
const NEEDED: Readonly<Record<PreviewInputs['command'], readonly (keyof PreviewInputs)[]>> = {
  decide: [],
  begin: ['name', 'github-token', 'aws-region'],
  report: ['name', 'github-token', 'aws-region'],
  end: ['name', 'github-token'],
  'list-expired': ['github-token', 'aws-region'],
};

/**
 * The action's inputs.
 *
 * @throws InputError that names everything that is wrong with them.
 */
export function readPreviewInputs(source?: InputSource): PreviewInputs {
  const inputs = readInputs(inputSchema, source);
  const missing = NEEDED[inputs.command].filter((name) => inputs[name] === undefined);
  if (missing.length === 0) return inputs;
  const allowed = `something: the command ${inputs.command} needs it`;
  throw new InputError(missing.map((input) => ({ input, value: '', allowed })));
}
