import { z } from 'zod';
import { credentialFields } from '../aws/credential-fields.ts';
import { type InputSource, oneOf, readInputs, text, yaml } from '../github/inputs.ts';

const OUTCOMES = ['success', 'failure', 'cancelled', 'skipped'] as const;

/** How a step ended, as GitHub has it (`steps.ID.outcome`). */
export type Outcome = (typeof OUTCOMES)[number];

const IMAGES = "the JSON of provision's output images";
const imagesSchema = z.array(
  z.object({ group: z.string(), daysBehind: z.number().nullable() }, { error: IMAGES }),
  { error: IMAGES },
);

/** How old the AMIs of a node group are, as far as the history keeps it. */
export type NodeImages = z.infer<typeof imagesSchema>[number];

/** The inputs of the action, by their names in `action.yml`. */
export const inputSchema = z.object({
  environment: text(/^[a-z][a-z0-9-]{0,37}[a-z0-9]$/, 'the name of an environment'),
  'aws-region': credentialFields['aws-region'],
  'github-token': text(/^\S+$/, 'a token without spaces'),
  'report-path': text(/^[^\0]{1,1024}$/, 'the path of a report.json').optional(),
  'verify-outcome': oneOf(OUTCOMES).default('success'),
  'nodes-outcome': oneOf(OUTCOMES).default('success'),
  images: yaml(imagesSchema, IMAGES).default([]),
  'issue-label': text(/^[^,\0]{1,50}$/, 'the name of a label, without commas').default(
    'multus-maintenance',
  ),
});

export interface MaintainInputs {
  /** The name of the environment. */
  readonly environment: string;
  readonly region: string;
  readonly githubToken: string;
  /** Undefined when verify wrote no report. */
  readonly reportPath: string | undefined;
  readonly verifyOutcome: Outcome;
  readonly nodesOutcome: Outcome;
  readonly images: readonly NodeImages[];
  readonly issueLabel: string;
}

/**
 * Reads and checks all inputs of the action.
 *
 * @throws InputError that names every bad input.
 */
export function readMaintainInputs(source?: InputSource): MaintainInputs {
  const inputs = readInputs(inputSchema, source);
  return {
    environment: inputs.environment,
    region: inputs['aws-region'],
    githubToken: inputs['github-token'],
    reportPath: inputs['report-path'],
    verifyOutcome: inputs['verify-outcome'],
    nodesOutcome: inputs['nodes-outcome'],
    images: inputs.images,
    issueLabel: inputs['issue-label'],
  };
}
