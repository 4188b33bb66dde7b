import type { Environment } from '../environment/environment.ts';
import type { PlannedStack } from './report.ts';

/** The names in `action.yml`. */
export const outputNames = [
  'environment',
  'cluster-name',
  'infra-stack-id',
  'node-group-stack-ids',
  'staging-bucket',
  'plan',
  'has-changes',
] as const;

/** The action's outputs. Those that came to be are set, even when the action fails. */
export interface ProvisionOutputs {
  environment?: Environment;
  'cluster-name'?: string;
  'infra-stack-id'?: string;
  /** Node group name → stack id. */
  'node-group-stack-ids'?: Record<string, string>;
  'staging-bucket'?: string;
  /** What is, or would be, changed, stack by stack. */
  plan?: readonly PlannedStack[];
  'has-changes'?: boolean;
}
