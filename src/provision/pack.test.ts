import { describe, expect, it } from 'vitest';
import type { Stack } from '../cloudformation/stack-api.ts';
import { runsHook } from './pack.ts';

const session = { bucket: { name: 'staging' } } as Parameters<typeof runsHook>[0];
const pack = { hook: { key: 'lab/1/attach-enis.zip' } } as Parameters<typeof runsHook>[1];
const own = {
  LambdaBucket: 'staging',
  LambdaKey: 'lab/1/attach-enis.zip',
  LambdaObjectVersion: 'v1',
};
const stack = (parameters: Readonly<Record<string, string>>, status = 'CREATE_COMPLETE') =>
  ({ status, parameters }) as Stack;

describe('a function', () => {
  it('has this code when its stack names the version of the staged object', () => {
    expect(runsHook(session, pack, stack(own))).toBe(true);
  });

  it.each([
    ['no stack', undefined],
    ['a stack that failed', stack(own, 'ROLLBACK_COMPLETE')],
    [
      'a stack of an earlier release, which named no version',
      stack({ ...own, LambdaObjectVersion: '' }),
    ],
    ['another key', stack({ ...own, LambdaKey: 'lab/2/attach-enis.zip' })],
    ['another bucket', stack({ ...own, LambdaBucket: 'other' })],
  ])('may have other code with %s', (_, given) => {
    expect(runsHook(session, pack, given)).toBe(false);
  });
});
