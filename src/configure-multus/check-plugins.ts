import type { V1DaemonSet } from '@kubernetes/client-node';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { KubernetesApi } from '../kubernetes/api.ts';
import type { Attachment } from '../networks/attachment.ts';

const VPC_CNI = '/apis/apps/v1/namespaces/kube-system/daemonsets/aws-node';

/**
 * Versions of the VPC CNI that put only its own plugins onto nodes, where Multus also needs those of its networks:
 * https://github.com/aws/amazon-vpc-cni-k8s/issues/3416, https://github.com/aws/amazon-vpc-cni-k8s/pull/3470
 */
const LACKING = /:(v1\.20\.[23])(?!\d)/;

/** Warns when the cluster's VPC CNI does not bring the plugins that these networks use. Never fails. */
export async function checkPlugins(
  api: Pick<KubernetesApi, 'read'>,
  attachments: readonly Pick<Attachment, 'type'>[],
  log: Pick<Log, 'info' | 'warn'>,
): Promise<void> {
  if (attachments.every(({ type }) => type === undefined)) return;
  try {
    const warning = lackingPlugins(await api.read<V1DaemonSet>(VPC_CNI), attachments);
    if (warning !== undefined) log.warn(warning);
  } catch (error) {
    log.info(`Cannot see which version of the VPC CNI the cluster has (${messageOf(error)})`);
  }
}

/** The warning about a DaemonSet `aws-node` that brings no plugins for networks; undefined when it brings them. Pure. */
export function lackingPlugins(
  awsNode: V1DaemonSet | undefined,
  attachments: readonly Pick<Attachment, 'type'>[],
): string | undefined {
  const { containers = [], initContainers = [] } = awsNode?.spec?.template.spec ?? {};
  const version = [...initContainers, ...containers]
    .map(({ image = '' }) => LACKING.exec(image)?.[1])
    .find((found) => found !== undefined);
  const types = [...new Set(attachments.flatMap(({ type }) => type ?? []))];
  if (version === undefined || types.length === 0) return undefined;
  return `The VPC CNI of this cluster, ${version}, does not put the plugins onto nodes that the networks use (${types.join(', ')}): pods with such a network do not start, unless the node image has the plugins. Update the add-on vpc-cni to v1.20.4 or later`;
}
