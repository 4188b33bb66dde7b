import { ADDRESS_CHECKS } from './addresses.ts';
import type { CatalogueEntry } from './entry.ts';
import { NODE_CHECKS } from './nodes.ts';
import { PAIR_CHECKS } from './pairs.ts';
import { POD_CHECKS } from './pods.ts';

const ALL = { ...NODE_CHECKS, ...POD_CHECKS, ...ADDRESS_CHECKS, ...PAIR_CHECKS };

export type CheckName = keyof typeof ALL;

/** Every check by its name. The documentation is made of it. */
export const CATALOGUE: Readonly<Record<CheckName, CatalogueEntry>> = ALL;

/** The names of all checks, in the order of the report. */
export const CHECKS = Object.keys(ALL) as readonly CheckName[];
