import { z } from 'zod';

const selectorSchema = z.object({
  matchLabels: z.record(z.string(), z.string()).default({}),
  matchExpressions: z
    .array(
      z.object({
        key: z.string(),
        operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
        values: z.array(z.string()).default([]),
      }),
    )
    .default([]),
});

/** A MultiNetworkPolicy, as far as it says whom it is for. */
export const policySchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  spec: z.object({
    podSelector: selectorSchema.default({ matchLabels: {}, matchExpressions: [] }),
  }),
});

export type MultiNetworkPolicy = z.output<typeof policySchema>;

/** The networks of a policy: https://github.com/k8snetworkplumbingwg/multi-networkpolicy */
const POLICY_FOR = 'k8s.v1.cni.cncf.io/policy-for';

/**
 * The policies that select a pod with these labels, by the network that they are for. Each is `namespace/name`. Pure.
 *
 * @param networks as `namespace/name`; a policy names those of its own namespace without it
 */
export function policiesFor(
  policies: readonly MultiNetworkPolicy[],
  networks: readonly string[],
  labels: Labels,
): ReadonlyMap<string, readonly string[]> {
  const selecting = policies.filter(({ spec }) => selects(spec.podSelector, labels));
  const found = networks.map((network) => {
    const own = selecting.filter((policy) => networksOf(policy).includes(network));
    const names = own.map(({ metadata: { namespace, name } }) => `${namespace}/${name}`);
    return [network, names] as const;
  });
  return new Map(found.filter(([, names]) => names.length > 0));
}

function networksOf({ metadata: { namespace, annotations } }: MultiNetworkPolicy): string[] {
  return (annotations[POLICY_FOR] ?? '')
    .split(',')
    .map((name) => name.trim())
    .map((name) => (name.includes('/') ? name : `${namespace}/${name}`));
}

type Labels = Readonly<Record<string, string>>;
type Selector = z.output<typeof selectorSchema>;

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/ */
function selects({ matchLabels, matchExpressions }: Selector, labels: Labels): boolean {
  const equal = Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
  return equal && matchExpressions.every((expression) => holds(expression, labels));
}

function holds({ key, operator, values }: Selector['matchExpressions'][number], labels: Labels) {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}
