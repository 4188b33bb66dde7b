import { describe, expect, it } from 'vitest';
import { CANNOT_ATTACH } from '../../cfn/attach-enis/hook.ts';
import type { StackEvent } from '../cloudformation/stack-api.ts';
import { explainLaunches, GIVEN_UP } from './launch-failures.ts';

const EVENT: StackEvent = {
  id: '1',
  time: new Date(0),
  logicalId: 'AutoScalingGroup',
  type: 'AWS::AutoScaling::AutoScalingGroup',
  status: 'CREATE_FAILED',
  reason: 'Group did not stabilize',
  ofStack: false,
};
const LIMIT =
  'AttachmentLimitExceeded: Interface count 3 exceeds the limit for m5.xlarge-like types';
const line = (instance: string, error = LIMIT) =>
  `2026-11-24T17:00:00.000Z\t4b1c\tINFO\t${JSON.stringify({ message: GIVEN_UP, instance, error })}`;
const insides = { physicalId: async () => 'lab-ng1-HookLogs-1' };
const explain = (lines: readonly string[]) => explainLaunches(insides, async () => lines);

describe('why an Auto Scaling group has no nodes', () => {
  it("is the launch hook's log entry for the latest instance", async () => {
    expect(GIVEN_UP).toBe(CANNOT_ATTACH);
    expect(await explain([line('i-1', 'an earlier one'), line('i-2')])('stack', EVENT)).toBe(
      `the launch hook gave up 2 instances, the latest i-2, because it cannot attach the interfaces: ${LIMIT}`,
    );
    expect(await explain([JSON.stringify({ instance: 'i-1', error: LIMIT })])('s', EVENT)).toMatch(
      /gave up an instance, the latest i-1/,
    );
  });

  it('is unknown when the hook gave up none, for other resources, for a group being deleted, and without a log', async () => {
    expect(await explain(['START RequestId: 1', '{"message":'])('stack', EVENT)).toBeUndefined();
    const role = { ...EVENT, type: 'AWS::IAM::Role' };
    expect(await explain([line('i-1')])('stack', role)).toBeUndefined();
    const going = { ...EVENT, status: 'DELETE_IN_PROGRESS' } as const;
    expect(await explain([line('i-1')])('stack', going)).toBeUndefined();
    const none = explainLaunches({ physicalId: async () => undefined }, async () => [line('i-1')]);
    expect(await none('stack', EVENT)).toBeUndefined();
  });

  it('names the log when the role may not read it', async () => {
    const denied = explainLaunches(insides, async () => {
      throw new Error('AccessDeniedException: logs:FilterLogEvents');
    });
    expect(await denied('stack', EVENT)).toMatch(/^cannot read log group lab-ng1-HookLogs-1/);
  });
});
