import { expect, it } from 'vitest';
import { CloudError, ClusterError, InputError, isExplained, messageOf } from './errors.ts';

it('says what failed, why and what to do next', () => {
  const cause = new Error('socket closed');
  const error = new CloudError({ resource: 'stack x', reason: 'gone', nextStep: 'deploy', cause });
  expect(error.message).toBe('stack x: gone\nNext step: deploy');
  expect(error.cause).toBe(cause);
});

it('distinguishes explained failures from bugs', () => {
  const failure = { resource: 'node', reason: 'not ready', nextStep: 'look' };
  expect(isExplained(new ClusterError(failure))).toBe(true);
  expect(isExplained(new InputError([]))).toBe(false);
  expect(isExplained(new TypeError('x'))).toBe(false);
});

it('reads the message of any thrown value', () => {
  expect(messageOf(new Error('a'))).toBe('a');
  expect(messageOf('b')).toBe('b');
});
