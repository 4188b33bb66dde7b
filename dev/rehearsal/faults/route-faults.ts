import type { Fault } from './fault.ts';
import { applyNetwork, deleteNetwork, ON_ETH1 } from './network.ts';
import type { Site } from './site.ts';

const STRICT = 'strict';
const FILE = '/etc/cni/net.d/10-aws.conflist';
const [KEPT, NEW] = ['/etc/cni/aws.before', '/etc/cni/aws.new'];

/** Faults of the pods' routes, caused by the configuration of their networks. */
export const ROUTE_FAULTS: readonly Fault[] = [
  {
    name: 'asymmetric path',
    cause: 'asymmetric-path',
    says: /requests arrive on net1, and their answers leave elsewhere/,
    inject: addStrayRoute,
    heal: removeStrayRoute,
  },
  {
    name: 'rp_filter',
    cause: 'rp-filter',
    says: /rp_filter of net1 is strict: the pod drops what/,
    inputs: { networks: STRICT },
    async inject(site) {
      const sysctl = { 'net.ipv4.conf.IFNAME.rp_filter': '1' };
      await applyNetwork(site, STRICT, [ON_ETH1, { type: 'tuning', sysctl }]);
      await addStrayRoute(site);
    },
    async heal(site) {
      await removeStrayRoute(site);
      await deleteNetwork(site, STRICT);
    },
  },
];

/** The cluster's own network gives the pods of the near node a route to those of the far node on network 1. */
function addStrayRoute(site: Site): Promise<string> {
  const { far } = site;
  const route = `.plugins[0].ipam.routes += [{"dst": "${far.prefix}"}]`;
  return replace(site, `cp ${FILE} ${KEPT}; jq '${route}' ${KEPT} >${NEW}`);
}

function removeStrayRoute(site: Site): Promise<string> {
  return replace(site, `mv ${KEPT} ${NEW}`);
}

/** Multus and the container runtime read the file as soon as it changes, so it changes in one step. */
function replace({ onNode, near }: Site, make: string): Promise<string> {
  return onNode(near, `${make}; mv ${NEW} ${FILE}`);
}
