import { connectivityFaults } from '../rehearsal/fixtures/connectivity-faults.ts';
import { startWorld } from '../rehearsal/lifecycle.ts';
import type { Soak } from './trial.ts';

/**
 * One environment, and one fault of its network after another: an address that no interface has, two pods with one
 * address, a wrong master, an interface that is down, a small MTU, a way that drops, one that loses, pods without an
 * interface or on the wrong network, and no Multus. The verify action must find each and call it what it is.
 */
export const connectivityFaultsSoak: Soak = async ({ size }) => {
  const fixture = size === 'small' ? 'connectivity-faults-small' : 'connectivity-faults';
  const { nodes } = connectivityFaults;
  return (await startWorld({ fixture, nodes, keep: false, switches: {} })) === 0;
};
