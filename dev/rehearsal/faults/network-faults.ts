import { LAB_NETWORKS } from '../fixtures/lab.ts';
import type { Fault } from './fault.ts';
import { applyNetwork, deleteNetwork, ON_ETH1 } from './network.ts';
import { runAction } from './run-action.ts';
import type { Site } from './site.ts';
import { untilTrue } from './until.ts';

const SHORT_LIVED = 'short-lived';

/** Faults of NetworkAttachmentDefinitions, caused through Kubernetes and configure-multus. */
export const NETWORK_FAULTS: readonly Fault[] = [
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
    // Addresses of network 1 on the interface of network 2.
    inject: (site) => {
      const ipam = { type: 'eni-prefix', interface: 'eth1' };
      return applyNetwork(site, 'wrong-master', [{ ...ON_ETH1, master: 'eth2', ipam }]);
    },
    heal: (site) => deleteNetwork(site, 'wrong-master'),
  },
  {
    name: 'network deleted while its pods run',
    cause: 'network-changed',
    says: /the NetworkAttachmentDefinition was deleted while its pods ran/,
    inputs: { networks: SHORT_LIVED },
    inject: (site) => applyNetwork(site, SHORT_LIVED, [ON_ETH1]),
    async during(site) {
      await untilTrue(async () => (await attachedPods(site)) === 4);
      await deleteNetwork(site, SHORT_LIVED);
    },
    heal: (site) => deleteNetwork(site, SHORT_LIVED),
  },
];

/** How many pods Multus has attached to the network that is deleted. */
async function attachedPods({ kubectl }: Site): Promise<number> {
  const status = '{.items[*].metadata.annotations.k8s\\.v1\\.cni\\.cncf\\.io/network-status}';
  const run = ['-l', 'eks-multus-actions/run'];
  const found = await kubectl('get', 'pods', '-A', ...run, '-o', `jsonpath=${status}`);
  return found.split(`default/${SHORT_LIVED}`).length - 1;
}

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
