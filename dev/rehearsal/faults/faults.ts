import type { Fault } from './fault.ts';
import { INTERFACE_FAULTS } from './interface-faults.ts';
import { MULTUS_FAULTS } from './multus-faults.ts';
import { PATH_FAULTS } from './path-faults.ts';

/** The faults, in order. Each is repaired before the next one. */
export const FAULTS: readonly Fault[] = [...INTERFACE_FAULTS, ...PATH_FAULTS, ...MULTUS_FAULTS];
