import type { Ec2 } from './network-interfaces.ts';

export interface ReleasedSubnets {
  /** How many reservations were removed. */
  readonly removed: number;
  /** The subnets whose reservations the role may not list or remove. */
  readonly denied: readonly string[];
}

/**
 * Removes all reservations of subnets that are about to be deleted. AWS does not document whether a subnet can be deleted
 * while it has one. The launch hook makes them, and no stack knows them.
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
        await ec2.removeReservation(id);
        removed += 1;
      }
    } catch (error) {
      if (isDenied(error)) denied.push(subnetId);
      else if (!isGone(error)) throw error;
    }
  }
  return { removed, denied };
}

/** True for EC2's answer about a subnet or reservation that no longer exists. */
export function isGone(error: unknown): boolean {
  return error instanceof Error && error.name.endsWith('.NotFound');
}

/** True for EC2's answer to a call that the role may not make. */
export function isDenied(error: unknown): boolean {
  return error instanceof Error && error.name === 'UnauthorizedOperation';
}
