import type { V1DaemonSet, V1ServiceAccount } from '@kubernetes/client-node';
import { ClusterError, messageOf } from '../../core/errors.ts';
import { statusOf } from '../../kubernetes/api-error.ts';
import type { Connection } from '../../kubernetes/connection.ts';
import { otherMultus } from '../../multus/install.ts';
import type { Answer } from '../preflight/facts.ts';
import type { ClusterInside, Refusal } from './cluster-inside.ts';
import { readVpcCni } from './vpc-cni.ts';

const KUBE_SYSTEM = '/api/v1/namespaces/kube-system';
const DAEMON_SETS = '/apis/apps/v1/namespaces/kube-system/daemonsets';
const ENI_CONFIGS = '/apis/crd.k8s.amazonaws.com/v1alpha1/eniconfigs';

/**
 * Looks into a cluster. Changes nothing.
 *
 * @param connectTo connects, and checks what the role may do there
 * @param addonHasRole whether EKS knows a role of the VPC CNI as an add-on
 */
export async function lookInside(
  connectTo: () => Promise<Pick<Connection, 'api'>>,
  addonHasRole: () => Promise<boolean>,
): Promise<Answer<ClusterInside | Refusal>> {
  try {
    const { api } = await connectTo();
    const [byAddon, daemonSets, account, eniConfigs] = await Promise.all([
      addonHasRole(),
      api.list<V1DaemonSet>(DAEMON_SETS),
      api.read<V1ServiceAccount>(`${KUBE_SYSTEM}/serviceaccounts/aws-node`),
      api.list<{ readonly metadata: { readonly name: string } }>(ENI_CONFIGS),
    ]);
    const value = {
      vpcCni: readVpcCni(daemonSets, account, byAddon),
      otherMultus: otherMultus(daemonSets),
      eniConfigs: eniConfigs.map(({ metadata }) => metadata.name),
    };
    return { value };
  } catch (error) {
    return isRefusal(error)
      ? { value: { refused: reasonIn(error) } }
      : { unknown: `the cluster does not answer: ${reasonIn(error)}` };
  }
}

/** A cluster that does not answer may answer another runner; one that refuses the role refuses it everywhere. */
function isRefusal(error: unknown): boolean {
  const cause = error instanceof ClusterError ? error.failure.cause : error;
  if (cause === undefined) return error instanceof ClusterError;
  const status = statusOf(cause);
  return status === 401 || status === 403;
}

function reasonIn(error: unknown): string {
  return error instanceof ClusterError ? error.failure.reason : messageOf(error);
}
