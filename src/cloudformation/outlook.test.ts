import { describe, expect, it } from 'vitest';
import { dueInMs } from './pace.ts';
import type { StackEvent } from './stack-api.ts';

function event(
  logicalId: string,
  status: string,
  atSeconds: number,
  type = 'AWS::EC2::NatGateway',
) {
  const time = new Date(atSeconds * 1000);
  return {
    ...{ id: `${logicalId} ${status}`, time, logicalId, type, reason: undefined },
    ...{ status: status as StackEvent['status'], ofStack: logicalId === 'lab' },
  };
}

const nat = { logicalId: 'Nat', type: 'AWS::EC2::NatGateway' };
const begun = [
  event('lab', 'CREATE_IN_PROGRESS', 0, 'AWS::CloudFormation::Stack'),
  event('Nat', 'CREATE_IN_PROGRESS', 10),
];

describe('dueInMs', () => {
  it('counts from when work on a resource began, however often that is said', () => {
    const repeated = [...begun, event('Nat', 'CREATE_IN_PROGRESS', 15)];
    expect(dueInMs(repeated, [], 20_000)).toBe(65_000);
    expect(dueInMs(repeated, [], 90_000)).toBe(0);
  });

  it('is 0 when nothing slow is left to do', () => {
    expect(dueInMs([], [], 0)).toBe(0);
    expect(dueInMs([...begun, event('Nat', 'CREATE_COMPLETE', 95)], [nat], 95_000)).toBe(0);
    const queue = { logicalId: 'Queue', type: 'AWS::SQS::Queue' };
    expect(dueInMs([], [queue], 0)).toBe(0);
    const several = ['a', 'b', 'c', 'd', 'e'].map((logicalId) => ({ ...queue, logicalId }));
    expect(dueInMs([], several.slice(0, 2), 0)).toBe(2_000);
    expect(dueInMs([], several, 0)).toBe(6_000);
    const removed = { ...nat, action: 'Remove' };
    expect(dueInMs([], [removed], 0)).toBe(40_000);
  });

  it('knows what has not begun yet, unless the operation has failed', () => {
    expect(dueInMs([], [nat], 0)).toBe(75_000);
    const failed = [event('Vpc', 'CREATE_FAILED', 1, 'AWS::EC2::VPC')];
    expect(dueInMs(failed, [nat], 1_000)).toBe(0);
  });

  it('knows that removing takes another time than making, and that a change may take none', () => {
    expect(dueInMs([...begun, event('Nat', 'DELETE_IN_PROGRESS', 20)], [], 20_000)).toBe(40_000);
    expect(dueInMs([event('Nat', 'UPDATE_IN_PROGRESS', 20)], [], 20_000)).toBe(0);
  });
});
