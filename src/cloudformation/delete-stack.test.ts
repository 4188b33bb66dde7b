import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../dev/testing/fakes/fake-clock.ts';
import { FakeStacks } from '../../dev/testing/fakes/fake-stacks.ts';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import { deleteStack } from './delete-stack.ts';
import { callBudget } from './polling.ts';

function lab() {
  const clock = fakeClock();
  return {
    api: new FakeStacks(clock),
    log: recordingLog(),
    clock,
    deadline: clock.now() + 3_600_000,
    budget: callBudget(clock),
  };
}

describe('deleteStack', () => {
  it('deletes and waits until the stack is gone', async () => {
    const engine = lab();
    const stack = engine.api.put('lab', 'CREATE_COMPLETE');
    const { durationMs } = await deleteStack(engine, stack);
    expect((await engine.api.describe(stack.id))?.status).toBe('DELETE_COMPLETE');
    expect(durationMs).toBeGreaterThan(20_000);
  });

  it('does nothing when the stack is gone', async () => {
    const engine = lab();
    await deleteStack(engine, engine.api.put('lab', 'DELETE_COMPLETE'));
    expect(engine.api.calls).not.toContain('deleteStack lab');
  });

  it.each(['UPDATE_COMPLETE', 'DELETE_COMPLETE'])(
    'waits for an operation that ends in %s',
    async (end) => {
      const engine = lab();
      const ahead = [{ afterMs: 30_000, status: end }];
      const busy = end === 'DELETE_COMPLETE' ? 'DELETE_IN_PROGRESS' : 'UPDATE_IN_PROGRESS';
      const stack = engine.api.put('lab', busy, { ahead });
      await deleteStack(engine, stack);
      expect((await engine.api.describe(stack.id))?.status).toBe('DELETE_COMPLETE');
      expect(engine.api.calls.includes('deleteStack lab')).toBe(end === 'UPDATE_COMPLETE');
    },
  );

  it('waits for an operation that another run has just started', async () => {
    const engine = lab();
    const stack = engine.api.put('lab', 'UPDATE_COMPLETE');
    const message = `Stack [${stack.id}] cannot be deleted while in status UPDATE_COMPLETE_CLEANUP_IN_PROGRESS`;
    const busy = Object.assign(new Error(message), { name: 'ValidationError' });
    engine.api.errors.set('deleteStack', busy);
    await deleteStack(engine, stack);
    expect((await engine.api.describe(stack.id))?.status).toBe('DELETE_COMPLETE');
  });

  it('names the resource that could not be deleted', async () => {
    const engine = lab();
    const stack = engine.api.put('lab', 'CREATE_COMPLETE');
    engine.api.scripts.set('delete lab', [
      { status: 'DELETE_IN_PROGRESS' },
      { status: 'DELETE_FAILED', resource: 'Vpc', reason: 'has dependencies' },
      { status: 'DELETE_FAILED', reason: 'failed to delete: [Vpc]' },
    ]);
    const template = { file: 'cfn/infra.yaml', text: 'Resources:\n  Vpc:\n' };
    await expect(deleteStack(engine, stack, template)).rejects.toMatchObject({
      failure: { reason: 'DELETE_FAILED: has dependencies', file: 'cfn/infra.yaml', line: 2 },
    });
  });

  it('fails when the stack returns to its earlier status', async () => {
    const engine = lab();
    const stack = engine.api.put('lab', 'CREATE_COMPLETE');
    const reason = 'Export lab-vpc cannot be deleted as it is in use';
    engine.api.scripts.set('delete lab', [
      { status: 'DELETE_IN_PROGRESS' },
      { afterMs: 100, status: 'CREATE_COMPLETE', reason },
    ]);
    await expect(deleteStack(engine, stack)).rejects.toThrow(reason);
  });
});
