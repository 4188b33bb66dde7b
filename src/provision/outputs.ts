import type { StackPlan } from '../cloudformation/stack-plan.ts';
import type { Environment } from '../environment/environment.ts';
import { FAILURE_OUTPUT } from '../github/shown-failure.ts';
import type { GroupImages } from './renew/image-age.ts';
import type { SharedJson } from './shared-outputs/shared-values.ts';

/** The names in `action.yml`. */
export const outputNames = [
  'environment',
  'outputs-json',
  'cluster-name',
  'infra-stack-id',
  'node-group-stack-ids',
  'staging-bucket',
  'plan',
  'has-changes',
  'price-per-hour',
  'price',
  'images',
  'asleep',
  FAILURE_OUTPUT,
] as const;

/** The action's outputs. A failed run sets those that it has. */
export interface ProvisionOutputs {
  environment?: Environment;
  /** What stacks of others use of the environment, by the names of its SSM parameters. */
  'outputs-json'?: SharedJson;
  'cluster-name'?: string;
  'infra-stack-id'?: string;
  /** Node group name → stack id. */
  'node-group-stack-ids'?: Record<string, string>;
  'staging-bucket'?: string;
  /** What was changed, or would be changed, stack by stack. */
  plan?: readonly PlannedStack[];
  'has-changes'?: boolean;
  /** US dollars; missing when the price of a part is unknown. */
  'price-per-hour'?: string;
  /** The same in words, with the date of the prices. */
  price?: string;
  /** How old the AMIs of the nodes are, group by group. */
  images?: readonly GroupImages[];
  /** Whether the environment has no nodes because all of its node groups sleep. */
  asleep?: boolean;
}

/** A stack's plan in the output `plan`. */
export interface PlannedStack {
  readonly stack: string;
  readonly action: StackPlan['action'];
  readonly basis: StackPlan['basis'];
  readonly note?: string;
  /** Logical ids of the networks, clusters, keys and node groups that the changes replace or remove. */
  readonly losses?: readonly string[];
  /** What was changed outside CloudFormation, in words. */
  readonly drift?: readonly string[];
  readonly changes: readonly PlannedChange[];
}

export interface PlannedChange {
  readonly action: string;
  readonly logicalId: string;
  readonly type: string;
  /** `yes`, `perhaps` or `no`; empty for what is added or removed. */
  readonly replacement: string;
  readonly what: string;
}
