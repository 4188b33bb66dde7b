import { z } from 'zod';
import { type RoleChoice, roleFields, roleRequest } from '../aws/credential-fields.ts';
import type { Environment } from '../environment/environment.ts';
import { type InputSource, readInputs, text } from '../github/inputs.ts';
import { connectionFields } from '../kubernetes/connection-inputs.ts';
import { namespaceField } from '../kubernetes/namespace-field.ts';

/** The inputs of the action, by their names in `action.yml`. */
export const inputSchema = z.object({
  environment: connectionFields.environment.unwrap(),
  ...roleFields,
  namespace: namespaceField().optional(),
  kubeconfig: text(/^[^\0]{1,1024}$/, 'the path of a file').optional(),
});

export interface ConnectInputs {
  readonly environment: Environment;
  readonly role: RoleChoice;
  /** The namespace of the kubeconfig's context. */
  readonly namespace: string;
  /** Where to write the kubeconfig; undefined for a file of the job's own. */
  readonly kubeconfig: string | undefined;
}

/**
 * Reads and checks all inputs of the action.
 *
 * @throws InputError that names every bad input.
 */
export function readConnectInputs(source?: InputSource): ConnectInputs {
  const inputs = readInputs(inputSchema, source);
  const { environment, kubeconfig } = inputs;
  const namespace = inputs.namespace ?? environment.shared?.namespace ?? 'default';
  return { environment, role: roleRequest(inputs), namespace, kubeconfig };
}
