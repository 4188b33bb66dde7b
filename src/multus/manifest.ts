import { createHash } from 'node:crypto';
import type { KubernetesObject, V1ConfigMap, V1DaemonSet } from '@kubernetes/client-node';
import { readManifest } from '../kubernetes/apply.ts';

export const MULTUS = { namespace: 'kube-system', daemonSet: 'kube-multus-ds' } as const;
/** As a daemon that does the work, or as a program that is started for each pod. */
export const MODES = ['thick', 'thin'] as const;
export interface MultusChoice {
  readonly mode: (typeof MODES)[number];
  readonly image: string;
}
/** What to do when the daemon runs, but has not put itself in front of the VPC CNI (its startup probe). */
export const NOT_STARTED =
  'it has not written /etc/cni/net.d/00-multus.conf on the node, for which it waits for 10-aws.conflist of the VPC CNI: look at the pod of aws-node on that node (kubectl -n kube-system get pods -l k8s-app=aws-node -o wide) and its logs';
export const DEFINITION = 'network-attachment-definitions.k8s.cni.cncf.io';

/** Changes when the daemon's configuration does, so that the pods, which read it once, are replaced. */
const CONFIG_HASH = 'eks-multus-actions/daemon-config-sha256';

/** The objects of a manifest (the texts of its files, in order) with the given image. Pure. */
export function multusObjects(
  texts: readonly string[],
  image: string,
): readonly KubernetesObject[] {
  const objects = texts.flatMap(readManifest);
  const config = objects.find(({ kind }) => kind === 'ConfigMap') as V1ConfigMap | undefined;
  const hash = createHash('sha256')
    .update(JSON.stringify(config?.data ?? {}))
    .digest('hex');
  return objects.map((object) => (isDaemonSet(object) ? prepared(object, image, hash) : object));
}

export function isDaemonSet(object: KubernetesObject): object is V1DaemonSet {
  return object.kind === 'DaemonSet';
}

function prepared(set: V1DaemonSet, image: string, hash: string): V1DaemonSet {
  const template = set.spec?.template;
  if (set.spec === undefined || template?.spec === undefined) return set;
  const { containers, initContainers = [] } = template.spec;
  return {
    ...set,
    spec: {
      ...set.spec,
      template: {
        metadata: {
          ...template.metadata,
          annotations: { ...template.metadata?.annotations, [CONFIG_HASH]: hash },
        },
        spec: {
          ...template.spec,
          containers: containers.map((container) => ({ ...container, image })),
          initContainers: initContainers.map((container) => ({ ...container, image })),
        },
      },
    },
  };
}
