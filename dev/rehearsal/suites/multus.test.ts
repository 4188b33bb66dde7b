import { expect, it } from 'vitest';
import { judge } from './multus.ts';

it('takes a script for failed that finds another address and ends well all the same', () => {
  const lines = ['check worker1', 'worker1 IP address is different: 10.1.1.9', 'pod deleted'];
  expect(judge({ succeeded: true, lines })).toEqual({
    outcome: 'failed',
    reason: 'worker1 IP address is different: 10.1.1.9',
  });
  expect(judge({ succeeded: true, lines: ['check worker1', 'pod deleted'] })).toEqual({
    outcome: 'passed',
    reason: '',
  });
});

it('keeps the last lines of a script that ends badly', () => {
  const lines = ['pod created', 'check worker1', 'worker1 pod has no net1 card'];
  expect(judge({ succeeded: false, lines }).reason).toContain('no net1 card');
});
