import { connectivityFaults } from '../rehearsal/fixtures/connectivity-faults.ts';
import { startWorld } from '../rehearsal/lifecycle.ts';
import type { Soak } from './trial.ts';

/**
 * Causes one network fault after another in one environment: an address that no interface has, two pods with
 * one address, a wrong master, an interface that is down, a small MTU, a path that drops packets, a path that
 * loses some, pods without an interface or on the wrong network, and no Multus. verify must find each fault
 * and name its cause.
 */
export const connectivityFaultsSoak: Soak = async ({ size }) => {
  const fixture = size === 'small' ? 'connectivity-faults-small' : 'connectivity-faults';
  const { nodes } = connectivityFaults;
  return (await startWorld({ fixture, nodes, keep: false, switches: {} })) === 0;
};
