import { z } from 'zod';
import { bucketField } from '../aws/bucket-field.ts';
import {
  credentialFields,
  PRINCIPAL_ARN,
  PRINCIPAL_ARN_ALLOWED,
  ROLE_ARN,
  ROLE_ARN_ALLOWED,
  type RoleChoice,
  roleRequest,
} from '../aws/credential-fields.ts';
import { InputError } from '../core/errors.ts';
import { type Environment, environmentSchema } from '../environment/environment.ts';
import { configField } from '../github/config-file.ts';
import {
  flag,
  type InputSource,
  list,
  oneOf,
  readInputs,
  text,
  wholeNumber,
  yaml,
} from '../github/inputs.ts';
import { type ShownFailure, shownFailureSchema } from '../github/shown-failure.ts';
import type { CommentedPlan } from './comment.ts';

const COMMANDS = [
  'decide',
  'begin',
  'report',
  'application',
  'end',
  'renew',
  'list-expired',
  'list-idle',
  'sleep',
  'remove-environments',
] as const;

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

const NAME = /^[a-z][a-z0-9-]{0,37}[a-z0-9]$/;
const NAME_ALLOWED =
  'lower-case letters, digits and - (2 to 39 characters, first a letter, last no -)';

/** The inputs of the action, by their names in `action.yml`. */
export const inputSchema = z.object({
  command: oneOf(COMMANDS),
  ...credentialFields,
  'aws-region': credentialFields['aws-region'].optional(),
  'github-token': text(/^\S+$/, 'a token without spaces').optional(),
  'environment-token': text(/^\S+$/, 'a token without spaces').optional(),
  'name-prefix': text(
    /^[a-z][a-z0-9-]{0,28}[a-z0-9]$/,
    'lower-case letters, digits and - (2 to 30 characters, first a letter, last no -)',
  ).default('eks-multus-pr'),
  label: text(/^[^,]{1,50}$/, 'the name of a label').optional(),
  drafts: flag().default(true),
  paths: list(text(/^!?[^!]{1,200}$/, 'patterns such as charts/** or !**/*.md')).default([]),
  name: text(NAME, NAME_ALLOWED).optional(),
  'pull-request': wholeNumber(1, 999_999_999).optional(),
  'max-previews': wholeNumber(0, 1000).default(5),
  'ttl-hours': wholeNumber(0, 8760).default(24),
  'warn-hours': wholeNumber(0, 8760).default(0),
  turn: oneOf(['sleep', 'wake']).default('sleep'),
  bases: list(text(NAME, NAME_ALLOWED)).default([]),
  'idle-hours': wholeNumber(0, 168).default(2),
  asleep: flag().default(false),
  'expiry-guard': flag().default(false),
  prune: flag().default(true),
  'staging-bucket': bucketField(),
  'cloudformation-role-arn': text(ROLE_ARN, ROLE_ARN_ALLOWED).optional(),
  'admin-role-arns': list(text(PRINCIPAL_ARN, PRINCIPAL_ARN_ALLOWED)).default([]),
  status: oneOf(['success', 'failure', 'cancelled']).default('success'),
  reason: text(/^[^\0]{1,500}$/, 'a sentence').optional(),
  failure: yaml(shownFailureSchema, "the JSON of an action's output failure").optional(),
  price: text(/^[^\0]{1,500}$/, "provision's output price").optional(),
  plan: yaml(planSchema, PLAN).optional(),
  environment: yaml(environmentSchema, "the JSON of provision's output environment").optional(),
  'report-path': text(/^[^\0]{1,1024}$/, 'the path of a report.json').optional(),
  ...configField,
  'report-url': text(/^https?:\/\/[^\s()]{1,1000}$/, 'a URL').optional(),
});

type Raw = z.output<typeof inputSchema>;

export interface PreviewInputs {
  readonly command: (typeof COMMANDS)[number];
  /** Commands that do not call AWS may do without. */
  readonly region: string | undefined;
  readonly role: RoleChoice;
  readonly githubToken: string | undefined;
  /** A token that may delete environments of the repository. */
  readonly environmentToken: string | undefined;
  readonly namePrefix: string;
  /** Only pull requests with this label get a preview; undefined for all. */
  readonly label: string | undefined;
  /** Whether drafts get previews. */
  readonly drafts: boolean;
  /** Only pull requests that change a file which matches get a preview; empty for all. */
  readonly paths: readonly string[];
  /** Name of the preview's environment. */
  readonly name: string | undefined;
  /** Undefined: the pull request of the event. */
  readonly pullRequest: number | undefined;
  /** 0 for any number. */
  readonly maxPreviews: number;
  /** Undefined: the pack's own bucket of the account and region. */
  readonly stagingBucket: string | undefined;
  /** Hours from the last push; 0 for never. */
  readonly ttlHours: number;
  /** Whether AWS itself deletes the stacks of a preview that has expired. */
  readonly expiryGuard: boolean;
  /** How many hours before its expiry a preview is warned of; 0 for no warning. */
  readonly warnHours: number;
  /** What `list-idle` looks for. */
  readonly turn: 'sleep' | 'wake';
  /** Environments beside previews that sleep, too. */
  readonly bases: readonly string[];
  /** How long ago the last deploy of a preview that sleeps must have begun. */
  readonly idleHours: number;
  /** Whether the preview sleeps, after a change of its sleep. */
  readonly asleep: boolean;
  /** Whether networks go that an earlier push made and that are no longer listed. */
  readonly prune: boolean;
  /** The role that CloudFormation uses for the pack's stacks. */
  readonly serviceRole: string | undefined;
  /** Who administers the cluster beside the role that deploys. */
  readonly administrators: readonly string[];
  /** How the deploy or destroy before this command ended. */
  readonly status: 'success' | 'failure' | 'cancelled';
  readonly reason: string | undefined;
  /** Why the deploy or destroy before this command failed. */
  readonly failure: ShownFailure | undefined;
  /** What the preview costs, in words. */
  readonly price: string | undefined;
  readonly plan: readonly CommentedPlan[] | undefined;
  readonly environment: Environment | undefined;
  readonly reportPath: string | undefined;
  readonly reportUrl: string | undefined;
}

/** The optional inputs that a command requires. */
const REQUIRED: Readonly<Record<Raw['command'], readonly (keyof Raw)[]>> = {
  decide: [],
  begin: ['name', 'github-token', 'aws-region'],
  report: ['name', 'github-token', 'aws-region'],
  end: ['name', 'github-token'],
  application: ['name', 'github-token'],
  renew: ['name', 'github-token'],
  'list-expired': ['github-token', 'aws-region'],
  'list-idle': ['github-token', 'aws-region'],
  sleep: ['name', 'github-token'],
  'remove-environments': ['github-token', 'environment-token'],
};

/**
 * Reads and checks all inputs of the action.
 *
 * @throws InputError that names every bad input.
 */
export function readPreviewInputs(source?: InputSource): PreviewInputs {
  const inputs = readInputs(inputSchema, source);
  const missing = REQUIRED[inputs.command].filter((name) => inputs[name] === undefined);
  if (missing.length > 0) {
    const allowed = `something: the command ${inputs.command} requires it`;
    throw new InputError(missing.map((input) => ({ input, value: '', allowed })));
  }
  return {
    command: inputs.command,
    region: inputs['aws-region'],
    role: roleRequest(inputs),
    githubToken: inputs['github-token'],
    environmentToken: inputs['environment-token'],
    namePrefix: inputs['name-prefix'],
    label: inputs.label,
    drafts: inputs.drafts,
    paths: inputs.paths,
    name: inputs.name,
    pullRequest: inputs['pull-request'],
    maxPreviews: inputs['max-previews'],
    stagingBucket: inputs['staging-bucket'],
    ttlHours: inputs['ttl-hours'],
    warnHours: inputs['warn-hours'],
    expiryGuard: inputs['expiry-guard'],
    turn: inputs.turn,
    bases: inputs.bases,
    idleHours: inputs['idle-hours'],
    asleep: inputs.asleep,
    prune: inputs.prune,
    serviceRole: inputs['cloudformation-role-arn'],
    administrators: inputs['admin-role-arns'],
    status: inputs.status,
    reason: inputs.reason,
    failure: inputs.failure,
    price: inputs.price,
    plan: inputs.plan,
    environment: inputs.environment,
    reportPath: inputs['report-path'],
    reportUrl: inputs['report-url'],
  };
}
