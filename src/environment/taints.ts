import type { V1Taint, V1Toleration } from '@kubernetes/client-node';

/** A taint of nodes. Two taints of a node differ in key or effect. */
export interface Taint {
  readonly key: string;
  /** Empty for none. */
  readonly value: string;
  readonly effect: (typeof EFFECTS)[number];
}

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] as const;

/** What the kubelet takes for a taint: https://github.com/kubernetes/kubernetes/blob/v1.35.0/pkg/util/taints/taints.go */
const TAINT =
  /^(?<key>((?=[^/]{1,253}\/)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)(=(?<value>([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?))?:(?<effect>\w+)$/;

/** Reads a taint as the kubelet's flags and kubectl write it, `key=value:effect` or `key:effect`; undefined for another text. */
export function parseTaint(text: string): Taint | undefined {
  const { key = '', value = '', effect: word } = TAINT.exec(text)?.groups ?? {};
  const effect = EFFECTS.find((one) => one === word);
  return key === '' || effect === undefined ? undefined : { key, value, effect };
}

/** A taint as the kubelet's flags and kubectl write it. */
export function taintText({ key, value, effect }: Taint): string {
  return `${key}${value === '' ? '' : `=${value}`}:${effect}`;
}

/** What makes a pod tolerate exactly these taints. */
export function tolerationsOf(taints: readonly Taint[]): V1Toleration[] {
  return taints.map(({ key, value, effect }) =>
    value === '' ? { key, operator: 'Exists', effect } : { key, operator: 'Equal', value, effect },
  );
}

/** Whether a pod that tolerates some taints tolerates this one of a node, too. A value of none stands for each. */
export function isTolerated(taint: V1Taint, tolerated: readonly Taint[]): boolean {
  return tolerated.some(
    ({ key, value, effect }) =>
      key === taint.key &&
      effect === taint.effect &&
      (value === '' || value === (taint.value ?? '')),
  );
}

/**
 * Whether Kubernetes itself says with a taint how a node is. Nobody refuses a node that registers with one; the node controllers
 * set and remove them as they see the node.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions
 */
export function isOfControllers({ key }: Pick<V1Taint, 'key'>): boolean {
  return /^node(\.cloudprovider)?\.kubernetes\.io\//.test(key);
}

/** Whether a taint keeps pods away that do not tolerate it; the third effect only makes other nodes preferred. */
export function keepsPodsAway({ effect }: Pick<V1Taint, 'effect'>): boolean {
  return effect !== 'PreferNoSchedule';
}
