import { ENVIRONMENT_LABEL } from '../environment/shared-cluster.ts';
import type { ConnectInputs } from './inputs.ts';

export const outputNames = ['kubeconfig', 'cluster-name', 'namespace', 'node-selector'] as const;

export type ConnectOutputs = Readonly<Record<(typeof outputNames)[number], unknown>>;

/** The outputs of the action. Pods with the node selector run on the environment's own nodes. */
export function connectOutputs(
  { environment, namespace }: ConnectInputs,
  kubeconfig: string,
): ConnectOutputs {
  return {
    kubeconfig,
    'cluster-name': environment.cluster.name,
    namespace,
    'node-selector': { [ENVIRONMENT_LABEL]: environment.name },
  };
}
