import { LAB_NETWORKS } from '../fixtures/lab.ts';
import type { Fault } from './fault.ts';
import { runAction } from './run-action.ts';
import type { Site } from './site.ts';
import { untilTrue } from './until.ts';

/**
 * Faults of Multus and its networks, caused through Kubernetes, configure-multus and the node's CNI folder.
 */
export const MULTUS_FAULTS: readonly Fault[] = [
  {
    name: "duplicate address: the lab's own networks on two nodes",
    cause: 'duplicate-address',
    says: /packets reach at most one of them.*is assigned to no network interface/,
    inputs: { namespace: 'lab', networks: 'ipvlan-conf-1, ipvlan-conf-2' },
    inject: configureLab,
    heal: ({ kubectl }) => kubectl('delete', 'namespace', 'lab', '--ignore-not-found'),
  },
  {
    name: 'wrong master',
    cause: 'wrong-master',
    says: /names an interface that its addresses do not belong to/,
    inputs: { networks: 'wrong-master' },
    inject: ({ kubectl }) => kubectl('apply', '-f', `${import.meta.dirname}/wrong-master.yaml`),
    heal: ({ kubectl }) => kubectl('delete', '-f', `${import.meta.dirname}/wrong-master.yaml`),
  },
  {
    name: 'pod without its second interface',
    cause: 'predates-multus',
    says: /Multus did not handle this pod/,
    // As on a node whose pods started before Multus: the container runtime knows only the VPC CNI.
    inject: ({ onNode, far }) =>
      onNode(far, 'mv /etc/cni/net.d/01-multus-guard.conf /etc/cni/net.d/00-multus.conf /run/'),
    heal: ({ onNode, far }) =>
      onNode(far, 'mv /run/00-multus.conf /run/01-multus-guard.conf /etc/cni/net.d/'),
  },
  {
    name: 'Multus down',
    cause: 'multus-down',
    says: /Multus does not run on the node/,
    async inject({ kubectl, near }) {
      await kubectl('label', 'node', near.name, 'rehearsal/multus=up', '--overwrite');
      // A rollout would not do: the other node must keep the same Multus pod.
      await patchMultus(kubectl, { type: 'OnDelete' }, { 'rehearsal/multus': 'up' });
      await untilTrue(async () => (await multusPods(kubectl)) === 1);
    },
    async heal({ kubectl, near }) {
      await patchMultus(kubectl, { type: 'RollingUpdate' }, { 'rehearsal/multus': null });
      const rollout = ['rollout', 'status', 'daemonset/kube-multus-ds', '--timeout=180s'];
      await kubectl(...rollout, '-n', 'kube-system');
      await kubectl('label', 'node', near.name, 'rehearsal/multus-');
    },
  },
];

/**
 * The lab's own networks, as configure-multus makes them.
 *
 * @throws Error when it does not warn of what is wrong with them on several nodes.
 */
async function configureLab({ kubectl, kubeconfig }: Site): Promise<void> {
  await kubectl('create', 'namespace', 'lab');
  const inputs = { kubeconfig, namespace: 'lab', networks: LAB_NETWORKS, 'expected-nodes': '2' };
  const { succeeded, printed, log } = await runAction('configure-multus', 'lab', inputs);
  if (!succeeded) throw new Error(`configure-multus failed; see ${log}`);
  if (!LAB_WARNING.test(printed)) throw new Error(`configure-multus did not warn; see ${log}`);
}

const LAB_WARNING =
  /^::warning.*ipvlan-conf-1 \(10\.0\.4\.70-10\.0\.4\.80\), ipvlan-conf-2 .*two pods can get the same address.*the VPC does not deliver/m;

async function patchMultus(
  kubectl: Site['kubectl'],
  updateStrategy: { readonly type: 'OnDelete' | 'RollingUpdate' },
  nodeSelector: Readonly<Record<string, string | null>>,
): Promise<void> {
  const patch = { spec: { updateStrategy, template: { spec: { nodeSelector } } } };
  const what = ['daemonset', '-n', 'kube-system', 'kube-multus-ds'];
  await kubectl('patch', ...what, '--type', 'merge', '-p', JSON.stringify(patch));
}

async function multusPods(kubectl: Site['kubectl']): Promise<number> {
  const what = ['pods', '-n', 'kube-system', '-l', 'name=multus'];
  const names = await kubectl('get', ...what, '-o', 'name');
  return names.split('\n').filter((line) => line !== '').length;
}
