import { describe, expect, it } from 'vitest';
import type { StackEvent } from './stack-api.ts';
import { firstFailure, isBeingDestroyed, narrator } from './stack-events.ts';

let serial = 0;
function event(logicalId: string, status: string, extra: Partial<StackEvent> = {}): StackEvent {
  return {
    id: String(++serial),
    time: new Date('2026-01-01T00:00:00Z'),
    logicalId,
    type: 'AWS::EC2::VPC',
    status: status as StackEvent['status'],
    reason: undefined,
    ofStack: false,
    ...extra,
  };
}

it.each([
  ['UPDATE_COMPLETE', true],
  ['UPDATE_FAILED', true],
  ['UPDATE_ROLLBACK_FAILED', true],
  ['CREATE_FAILED', false],
  ['ROLLBACK_COMPLETE', false],
])('a stack that is deleted after %s is being destroyed: %s', async (before, expected) => {
  const newestFirst = [
    event('lab', 'DELETE_IN_PROGRESS', { ofStack: true, type: 'AWS::CloudFormation::Stack' }),
    event('lab', before, { ofStack: true, type: 'AWS::CloudFormation::Stack' }),
  ];
  const api = {
    async *events() {
      yield* newestFirst;
    },
  };
  const stack = { id: 'lab', status: 'DELETE_IN_PROGRESS' } as const;
  expect(await isBeingDestroyed(api, stack)).toBe(expected);
});

describe('firstFailure', () => {
  it('is the resource that failed, not those that were cancelled because of it', () => {
    const events = [
      event('Subnet', 'CREATE_FAILED', { reason: 'Resource creation cancelled' }),
      event('Cluster', 'CREATE_FAILED', { reason: 'no such version' }),
      event('Role', 'CREATE_FAILED', { reason: 'Resource creation cancelled' }),
      event('stack', 'ROLLBACK_IN_PROGRESS', {
        ofStack: true,
        reason: 'failed to create: [Cluster]',
      }),
    ];
    expect(firstFailure(events)?.logicalId).toBe('Cluster');
  });

  it('is a cancelled resource when no other has failed', () => {
    const events = [event('Subnet', 'CREATE_FAILED', { reason: 'Resource creation cancelled' })];
    expect(firstFailure(events)?.logicalId).toBe('Subnet');
  });

  it("is otherwise the stack's own reason, and undefined after success", () => {
    const rollback = event('stack', 'ROLLBACK_IN_PROGRESS', { ofStack: true, reason: 'because' });
    expect(firstFailure([event('Vpc', 'CREATE_COMPLETE'), rollback])).toBe(rollback);
    expect(firstFailure([event('Vpc', 'CREATE_COMPLETE')])).toBeUndefined();
  });
});

describe('narrator', () => {
  it('logs once that work has begun, and at the end how long it took', () => {
    const { tell } = narrator();
    const done = new Date('2026-01-01T00:08:12Z');
    expect(tell(event('Cluster', 'CREATE_IN_PROGRESS'))).toContain('Cluster (AWS::EC2::VPC)');
    expect(
      tell(event('Cluster', 'CREATE_IN_PROGRESS', { reason: 'Resource creation Initiated' })),
    ).toBeUndefined();
    expect(tell(event('Cluster', 'CREATE_COMPLETE', { time: done }))).toMatch(
      /^CREATE_COMPLETE +Cluster \(AWS::EC2::VPC\) in 8 m 12 s$/,
    );
  });

  it('logs a repeated failure once', () => {
    const { tell } = narrator();
    const failed = event('Vpc', 'CREATE_FAILED', { reason: 'no' });
    expect(tell(failed)).toContain('no');
    expect(tell({ ...failed, id: 'again' })).toBeUndefined();
  });

  it('measures from the first of several busy states', () => {
    const { tell } = narrator();
    const at = (time: string) => ({ ofStack: true, time: new Date(`2026-01-01T00:${time}Z`) });
    tell(event('lab', 'UPDATE_IN_PROGRESS', at('00:00')));
    tell(event('lab', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', at('01:00')));
    expect(tell(event('lab', 'UPDATE_COMPLETE', at('02:00')))).toContain('in 2 m 0 s');
  });

  it('logs reasons', () => {
    const { tell } = narrator();
    expect(tell(event('Vpc', 'CREATE_FAILED', { reason: 'limit exceeded' }))).toMatch(
      /CREATE_FAILED .*: limit exceeded$/,
    );
  });

  it('lists the resources that are still in progress', () => {
    const { tell, waitingFor } = narrator();
    tell(event('lab', 'CREATE_IN_PROGRESS', { ofStack: true }));
    tell(event('Vpc', 'CREATE_IN_PROGRESS'));
    tell(event('Cluster', 'CREATE_IN_PROGRESS'));
    tell(event('Vpc', 'CREATE_COMPLETE'));
    expect(waitingFor(Date.parse('2026-01-01T00:04:00Z'))).toBe('Cluster (4 m 0 s)');
  });
});
