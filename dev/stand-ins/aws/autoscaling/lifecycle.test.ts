import { afterEach, describe, expect, it, vi } from 'vitest';
import { afterSeconds, createLifecycleActions, type LifecycleAction } from './lifecycle.ts';
import type { Hook } from './state.ts';

const SECOND_MS = 2;
const hook = (name: string, by: Partial<Hook> = {}): Hook => ({
  name,
  transition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
  heartbeatTimeout: 30,
  defaultResult: 'ABANDON',
  ...by,
});

function start() {
  const announced: LifecycleAction[] = [];
  const after = afterSeconds(SECOND_MS);
  const actions = createLifecycleActions((action) => announced.push(action), after);
  const complete = (name: string, result: 'CONTINUE' | 'ABANDON') => {
    const action = actions.find('asg', name, undefined, 'i-1');
    actions.complete(action?.token ?? '', { result, reason: `${name} said so` });
  };
  return { actions, announced, complete };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('lifecycle actions', () => {
  it('continue when every hook does', async () => {
    const { actions, announced, complete } = start();
    const outcome = actions.wait('asg', 'i-1', [hook('one'), hook('two')]);
    expect(announced.map((action) => action.hook.name)).toEqual(['one', 'two']);
    complete('one', 'CONTINUE');
    complete('two', 'CONTINUE');
    expect((await outcome).result).toBe('CONTINUE');
    expect(actions.find('asg', 'one', undefined, 'i-1')).toBeUndefined();
  });

  it('are abandoned as soon as one is', async () => {
    const { actions, complete } = start();
    const outcome = actions.wait('asg', 'i-1', [hook('one'), hook('two')]);
    complete('two', 'ABANDON');
    expect(await outcome).toEqual({ result: 'ABANDON', reason: expect.any(String) });
  });

  it('of a termination go on when the launch before it is abandoned', async () => {
    const { actions, complete } = start();
    const launch = actions.wait('asg', 'i-1', [hook('one')]);
    actions.drop('i-1', 'it is being terminated');
    const terminating = hook('two', { transition: 'autoscaling:EC2_INSTANCE_TERMINATING' });
    const termination = actions.wait('asg', 'i-1', [terminating]);
    expect((await launch).result).toBe('ABANDON');
    complete('two', 'CONTINUE');
    expect((await termination).result).toBe('CONTINUE');
  });

  it('take the default result at the heartbeat timeout, which a heartbeat postpones', async () => {
    vi.useFakeTimers();
    const { actions } = start();
    const outcome = actions.wait('asg', 'i-1', [hook('one', { defaultResult: 'CONTINUE' })]);
    await vi.advanceTimersByTimeAsync(29 * SECOND_MS);
    actions.heartbeat(actions.find('asg', 'one', undefined, 'i-1')?.token ?? '');
    await vi.advanceTimersByTimeAsync(29 * SECOND_MS);
    expect(actions.find('asg', 'one', undefined, 'i-1')).toBeDefined();
    await vi.advanceTimersByTimeAsync(2 * SECOND_MS);
    expect((await outcome).result).toBe('CONTINUE');
  });

  it('continue at once when there is no hook', async () => {
    expect(await start().actions.wait('asg', 'i-1', [])).toMatchObject({ result: 'CONTINUE' });
  });
});
