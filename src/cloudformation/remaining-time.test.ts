import { describe, expect, it } from 'vitest';
import { leastRemainingMs } from './polling.ts';
import type { StackEvent } from './stack-api.ts';

function event(
  logicalId: string,
  status: string,
  atSeconds: number,
  type = 'AWS::EC2::NatGateway',
) {
  const time = new Date(atSeconds * 1000);
  return {
    id: `${logicalId} ${status}`,
    time,
    logicalId,
    type,
    status: status as StackEvent['status'],
    reason: undefined,
    ofStack: logicalId === 'lab',
  };
}

const nat = { logicalId: 'Nat', type: 'AWS::EC2::NatGateway' };
const begun = [
  event('lab', 'CREATE_IN_PROGRESS', 0, 'AWS::CloudFormation::Stack'),
  event('Nat', 'CREATE_IN_PROGRESS', 10),
];

describe('leastRemainingMs', () => {
  it('counts from the first event of a resource, however often it is repeated', () => {
    const repeated = [...begun, event('Nat', 'CREATE_IN_PROGRESS', 15)];
    expect(leastRemainingMs(repeated, [], 20_000)).toBe(65_000);
    expect(leastRemainingMs(repeated, [], 90_000)).toBe(0);
  });

  it('is 0 when no slow resource is left', () => {
    expect(leastRemainingMs([], [], 0)).toBe(0);
    expect(leastRemainingMs([...begun, event('Nat', 'CREATE_COMPLETE', 95)], [nat], 95_000)).toBe(
      0,
    );
    const queue = { logicalId: 'Queue', type: 'AWS::SQS::Queue' };
    expect(leastRemainingMs([], [queue], 0)).toBe(0);
    const several = ['a', 'b', 'c', 'd', 'e'].map((logicalId) => ({ ...queue, logicalId }));
    expect(leastRemainingMs([], several.slice(0, 2), 0)).toBe(2_000);
    expect(leastRemainingMs([], several, 0)).toBe(6_000);
    const removed = { ...nat, action: 'Remove' };
    expect(leastRemainingMs([], [removed], 0)).toBe(40_000);
  });

  it('includes planned resources, unless the operation has failed', () => {
    expect(leastRemainingMs([], [nat], 0)).toBe(75_000);
    const failed = [event('Vpc', 'CREATE_FAILED', 1, 'AWS::EC2::VPC')];
    expect(leastRemainingMs(failed, [nat], 1_000)).toBe(0);
  });

  it('differs between creating and deleting, and is 0 for updates', () => {
    expect(leastRemainingMs([...begun, event('Nat', 'DELETE_IN_PROGRESS', 20)], [], 20_000)).toBe(
      40_000,
    );
    expect(leastRemainingMs([event('Nat', 'UPDATE_IN_PROGRESS', 20)], [], 20_000)).toBe(0);
  });
});
