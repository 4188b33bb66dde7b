import type { Environment } from '../environment/environment.ts';

/** The action's outputs; the keys are the names in `action.yml`. Those that came to be are set, even on failure. */
export interface ProvisionOutputs {
  environment?: Environment;
  'cluster-name'?: string;
  'infra-stack-id'?: string;
  /** Node group name → stack id. */
  'node-group-stack-ids'?: Record<string, string>;
  'staging-bucket'?: string;
}
