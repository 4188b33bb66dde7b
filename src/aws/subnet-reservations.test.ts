import { describe, expect, it } from 'vitest';
import { releaseSubnets } from './subnet-reservations.ts';

const failure = (name: string) => Object.assign(new Error(name), { name });

function ec2(reservations: Record<string, string[]>, errors: Record<string, string> = {}) {
  const removed: string[] = [];
  return {
    removed,
    async reservationsOf(subnetId: string) {
      if (errors[subnetId] !== undefined) throw failure(errors[subnetId]);
      return reservations[subnetId] ?? [];
    },
    async removeReservation(id: string) {
      if (errors[id] !== undefined) throw failure(errors[id]);
      removed.push(id);
    },
  };
}

describe('subnets that are about to be deleted', () => {
  it('lose all their reservations', async () => {
    const account = ec2({ 'subnet-1': ['scr-1', 'scr-2'], 'subnet-2': [], 'subnet-3': ['scr-3'] });
    const ids = ['subnet-1', 'subnet-2', 'subnet-3'];
    expect(await releaseSubnets(account, ids)).toEqual({ removed: 3, denied: [] });
    expect(account.removed).toEqual(['scr-1', 'scr-2', 'scr-3']);
  });

  it('lose the other reservations when one is gone already', async () => {
    const gone = { 'scr-1': 'InvalidSubnetCidrReservationID.NotFound' };
    const account = ec2({ 'subnet-1': ['scr-1', 'scr-2'] }, gone);
    expect(await releaseSubnets(account, ['subnet-1'])).toEqual({ removed: 1, denied: [] });
    expect(account.removed).toEqual(['scr-2']);
  });

  it.each([
    [{ 'subnet-1': 'InvalidSubnetID.NotFound' }, 1, []],
    [{ 'scr-1': 'InvalidSubnetCidrReservationID.NotFound' }, 1, []],
    [{ 'subnet-1': 'UnauthorizedOperation' }, 1, ['subnet-1']],
    [{ 'scr-1': 'UnauthorizedOperation' }, 1, ['subnet-1']],
  ])('may be gone, or out of reach: %j', async (errors, removed, denied) => {
    const account = ec2({ 'subnet-1': ['scr-1'], 'subnet-2': ['scr-2'] }, errors);
    expect(await releaseSubnets(account, ['subnet-1', 'subnet-2'])).toEqual({ removed, denied });
  });

  it('are an error when EC2 answers something else', async () => {
    const account = ec2({ 'subnet-1': ['scr-1'] }, { 'scr-1': 'InternalError' });
    await expect(releaseSubnets(account, ['subnet-1'])).rejects.toThrow('InternalError');
  });
});
