import { expect, it } from 'vitest';
import { failedLaunch } from './scaling-group.ts';

const ENDED = new Date(0);
const launch = (StatusCode: 'Failed' | 'Successful' | 'Cancelled', StatusMessage?: string) => ({
  ActivityId: '1',
  AutoScalingGroupName: 'lab-ng1',
  Cause: '',
  StartTime: ENDED,
  EndTime: ENDED,
  Description: 'Launching a new EC2 instance: i-1',
  StatusCode,
  StatusMessage,
});

it('says why the newest launch failed', () => {
  expect(failedLaunch([launch('Failed', 'no capacity'), launch('Successful')])).toBe('no capacity');
  expect(failedLaunch([launch('Cancelled')])).toBe('Cancelled');
});

it('does not look behind a launch that succeeded, nor at one that goes on', () => {
  expect(failedLaunch([launch('Successful'), launch('Failed', 'no capacity')])).toBeUndefined();
  expect(failedLaunch([{ ...launch('Failed'), EndTime: undefined }])).toBeUndefined();
  expect(failedLaunch([{ ...launch('Failed'), Description: 'Terminating i-1' }])).toBeUndefined();
});
