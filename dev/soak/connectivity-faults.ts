import { connectivityFaults } from '../rehearsal/fixtures/connectivity-faults.ts';
import { startWorld } from '../rehearsal/lifecycle.ts';
import type { Soak } from './trial.ts';

/**
 * Causes one network fault after another in one environment, in three orders and on either node: faults of interfaces,
 * paths, filters, routes, links, nodes, networks and Multus. verify must find each fault and name its cause, and nothing
 * of it may be left.
 */
export const connectivityFaultsSoak: Soak = async ({ seed, size }) => {
  const fixture = size === 'small' ? 'connectivity-faults-small' : 'connectivity-faults-thrice';
  const { nodes } = connectivityFaults;
  return (await startWorld({ fixture, nodes, keep: false, switches: { seed } })) === 0;
};
