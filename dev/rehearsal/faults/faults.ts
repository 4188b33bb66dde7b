import type { Fault } from './fault.ts';
import { INTERFACE_FAULTS } from './interface-faults.ts';
import { MULTUS_FAULTS } from './multus-faults.ts';
import { PATH_FAULTS } from './path-faults.ts';

/** Each is undone before the next. */
export const FAULTS: readonly Fault[] = [...INTERFACE_FAULTS, ...PATH_FAULTS, ...MULTUS_FAULTS];
