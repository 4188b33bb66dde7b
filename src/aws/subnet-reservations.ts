import { isMissing, saysDenied } from './aws-error.ts';
import type { Ec2 } from './network-interfaces.ts';

export interface ReleasedSubnets {
  /** How many reservations were removed. */
  readonly removed: number;
  /** The subnets whose reservations the role may not list or remove. */
  readonly denied: readonly string[];
}

/**
 * Removes all reservations of subnets that are about to be deleted. The launch hook makes these reservations, so no stack
 * deletes them. AWS does not document whether a subnet with a reservation can be deleted.
 */
export async function releaseSubnets(
  ec2: Pick<Ec2, 'reservationsOf' | 'removeReservation'>,
  subnetIds: readonly string[],
): Promise<ReleasedSubnets> {
  let removed = 0;
  const denied: string[] = [];
  for (const subnetId of subnetIds) {
    try {
      for (const id of await ec2.reservationsOf(subnetId)) {
        if (await isRemoved(() => ec2.removeReservation(id))) removed += 1;
      }
    } catch (error) {
      if (saysDenied(error)) denied.push(subnetId);
      else if (!isMissing(error)) throw error;
    }
  }
  return { removed, denied };
}

/** Whether this call has removed something; false when it was gone already. */
async function isRemoved(remove: () => Promise<void>): Promise<boolean> {
  try {
    await remove();
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
