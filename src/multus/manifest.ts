import { createHash } from 'node:crypto';
import type { KubernetesObject, V1ConfigMap, V1DaemonSet } from '@kubernetes/client-node';
import { readManifest } from '../kubernetes/apply.ts';

export const MULTUS = { namespace: 'kube-system', daemonSet: 'kube-multus-ds' } as const;
export const DEFINITION = 'network-attachment-definitions.k8s.cni.cncf.io';

/** Changes when the daemon's configuration does, so that the pods, which read it once, are replaced. */
const CONFIG_HASH = 'eks-multus-actions/daemon-config-sha256';

/** The objects of `manifests/multus` (the texts of its files, in order) with the given image. Pure. */
export function multusObjects(
  texts: readonly string[],
  image: string,
): readonly KubernetesObject[] {
  const objects = texts.flatMap(readManifest);
  const config = objects.find(({ kind }) => kind === 'ConfigMap') as V1ConfigMap | undefined;
  const hash = createHash('sha256')
    .update(JSON.stringify(config?.data ?? {}))
    .digest('hex');
  return objects.map((object) =>
    object.kind === 'DaemonSet' ? prepared(object as V1DaemonSet, image, hash) : object,
  );
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
