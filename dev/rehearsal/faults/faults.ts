import type { Fault } from './fault.ts';
import { FILTER_FAULTS } from './filter-faults.ts';
import { INTERFACE_FAULTS } from './interface-faults.ts';
import { LINK_FAULTS } from './link-faults.ts';
import { MULTUS_FAULTS } from './multus-faults.ts';
import { NETWORK_FAULTS } from './network-faults.ts';
import { NODE_FAULTS } from './node-faults.ts';
import { PATH_FAULTS } from './path-faults.ts';
import { POLICY_FAULTS } from './policy-faults.ts';
import { QUALITY_FAULTS } from './quality-faults.ts';
import { ROUTE_FAULTS } from './route-faults.ts';

/** All faults. Each is repaired before the next one. */
export const FAULTS: readonly Fault[] = [
  ...INTERFACE_FAULTS,
  ...PATH_FAULTS,
  ...FILTER_FAULTS,
  ...POLICY_FAULTS,
  ...QUALITY_FAULTS,
  ...ROUTE_FAULTS,
  ...LINK_FAULTS,
  ...NODE_FAULTS,
  ...NETWORK_FAULTS,
  ...MULTUS_FAULTS,
];
