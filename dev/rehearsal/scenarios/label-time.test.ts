import type { ResourceStatus } from '@aws-sdk/client-cloudformation';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { secondsAtWork } from './label-time.ts';

const event = (stack: string, status: ResourceStatus, second: number, resource = stack) => ({
  ...{ StackId: stack, PhysicalResourceId: resource, ResourceStatus: status },
  ...{ EventId: '', StackName: stack, Timestamp: new Date(second * 1000) },
});

const made = (stack: string, from: number, to: number) => [
  event(stack, 'CREATE_COMPLETE', to),
  event(stack, 'CREATE_IN_PROGRESS', from),
];

it('counts the time in which two stacks are made at once a single time', () => {
  const events = [...made('a', 10, 40), ...made('b', 30, 60), ...made('c', 100, 105)];
  expect(secondsAtWork(events)).toBe(55);
});

it('does not count the resources of a stack, nor the time between its operations', () => {
  const events = [
    ...made('a', 0, 10),
    event('a', 'CREATE_IN_PROGRESS', 0, 'vpc-1'),
    event('a', 'CREATE_COMPLETE', 90, 'vpc-1'),
    event('a', 'UPDATE_IN_PROGRESS', 20),
    event('a', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS' as ResourceStatus, 24),
    event('a', 'UPDATE_COMPLETE', 25),
  ];
  expect(secondsAtWork(events)).toBe(15);
});

it('is never more than the time from the first event to the last', () => {
  const turn = fc.tuple(
    fc.constantFrom('a', 'b', 'c'),
    fc.nat(1000),
    fc.integer({ min: 1, max: 500 }),
  );
  fc.assert(
    fc.property(fc.uniqueArray(turn, { minLength: 1, selector: ([stack]) => stack }), (turns) => {
      const events = turns.flatMap(([stack, from, length]) => made(stack, from, from + length));
      const times = events.map(({ Timestamp }) => Timestamp.getTime() / 1000);
      const seconds = secondsAtWork(events);
      expect(seconds).toBeLessThanOrEqual(Math.max(...times) - Math.min(...times));
      expect(seconds).toBeGreaterThanOrEqual(Math.max(...turns.map(([, , length]) => length)));
    }),
  );
});
