import type { Fault } from './fault.ts';
import { applyNetwork, applyObject, ON_ETH1 } from './network.ts';
import type { Site } from './site.ts';

const FENCED = 'fenced';
const GROUP = 'k8s.cni.cncf.io';
const KIND = 'multi-networkpolicies';
const PID = '/run/policies.pid';

/** Faults of MultiNetworkPolicies. */
export const POLICY_FAULTS: readonly Fault[] = [
  {
    name: 'one network policy too many',
    cause: 'network-policy',
    says: /The MultiNetworkPolicy fenced\/deny-all selects the test pods/,
    inputs: { namespace: FENCED, networks: FENCED },
    async inject(site) {
      await makeKind(site);
      await site.kubectl('create', 'namespace', FENCED);
      await applyNetwork(site, FENCED, [ON_ETH1], FENCED);
      await applyObject(site, {
        apiVersion: `${GROUP}/v1beta1`,
        kind: 'MultiNetworkPolicy',
        metadata: {
          name: 'deny-all',
          namespace: FENCED,
          annotations: { 'k8s.v1.cni.cncf.io/policy-for': FENCED },
        },
        spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [] },
      });
      await enforce(site);
    },
    async heal({ kubectl, onNode, far }) {
      await onNode(far, `kill $(cat ${PID}); rm ${PID}`);
      await kubectl('delete', 'namespace', FENCED);
      await kubectl('delete', 'customresourcedefinition', `${KIND}.${GROUP}`);
    },
  },
];

async function makeKind(site: Site): Promise<void> {
  const schema = {
    openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  };
  const names = { plural: KIND, singular: 'multi-networkpolicy', kind: 'MultiNetworkPolicy' };
  await applyObject(site, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${KIND}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names,
      versions: [{ name: 'v1beta1', served: true, storage: true, schema }],
    },
  });
  const established = ['--for=condition=Established', '--timeout=60s'];
  await site.kubectl('wait', 'customresourcedefinition', `${KIND}.${GROUP}`, ...established);
}

/**
 * Does on the far node what the project's own daemon, multi-networkpolicy-iptables, does with such a policy: it gives
 * each pod's network a rule that drops what others begin. Here it does so for every pod with net1.
 */
function enforce({ onNode, far }: Site): Promise<string> {
  const rule = 'INPUT -i net1 -m conntrack --ctstate NEW -j DROP';
  const loop = [
    'while sleep 0.2; do for pod in /run/netns/*; do',
    'nsenter --net=$pod ip link show net1 >/dev/null 2>&1 || continue',
    `nsenter --net=$pod iptables -C ${rule} 2>/dev/null || nsenter --net=$pod iptables -A ${rule}`,
    'done; done',
  ].join('\n');
  return onNode(far, `setsid sh -c '${loop}' >/dev/null 2>&1 </dev/null & echo $! >${PID}`);
}
