import { saysDenied } from '../../aws/aws-error.ts';
import type { Stack } from '../../cloudformation/stack-api.ts';
import { messageOf } from '../../core/errors.ts';
import { addWarning } from '../report.ts';
import type { Session } from '../session.ts';
import { addonUpdates, areBehind, CHOSEN_FOR } from './addon-versions.ts';

type Outputs = Stack['outputs'];

/**
 * The versions, by template parameter, that bring the add-ons of an upgraded cluster to its version of Kubernetes. EKS
 * does not update them with the control plane (https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html). Asks EKS
 * only when the stack does not say that its add-ons were chosen for this version.
 *
 * @param infra outputs of the stack with the cluster
 * @returns undefined when they are not behind, or when the role may not look.
 */
export async function behindAddons(
  session: Session,
  infra: Outputs,
  kubernetesVersion = infra['KubernetesVersion'],
): Promise<Readonly<Record<string, string>> | undefined> {
  const { ClusterName: cluster } = infra;
  // The owner of a given cluster updates its add-ons.
  if (session.inputs.cluster.given !== undefined) return undefined;
  if (cluster === undefined || kubernetesVersion === undefined) return undefined;
  if (infra[CHOSEN_FOR] === kubernetesVersion) return undefined;
  try {
    const kubeProxy = await session.addons.addonVersion(cluster, 'kube-proxy');
    if (!areBehind(kubeProxy, kubernetesVersion)) return undefined;
    const updates = addonUpdates(await session.addons.addons(cluster, kubernetesVersion));
    return { ...updates, [CHOSEN_FOR]: kubernetesVersion };
  } catch (error) {
    if (!saysDenied(error)) throw error;
    addWarning(
      session,
      `The role may not see whether the add-ons fit Kubernetes ${kubernetesVersion}: ${messageOf(error)}`,
    );
    return undefined;
  }
}
