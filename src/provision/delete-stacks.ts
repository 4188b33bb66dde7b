import type { Stack } from '../cloudformation/stack-api.ts';
import { allOrFirstFailure } from './all-or-first-failure.ts';
import { removeStack, type Sweeper } from './remove-stack.ts';
import type { Session } from './run.ts';

/** Deletes stacks of one template side by side, and reports each. */
export async function deleteStacks(
  session: Session,
  title: string,
  stacks: readonly Stack[],
  file: string,
  sweep: Sweeper,
): Promise<void> {
  if (stacks.length === 0) return;
  const text = new TextDecoder().decode(await session.packFile('cfn', file));
  const template = { file: `cfn/${file}`, text };
  const { clock, report } = session;
  await session.log.group(title, () =>
    allOrFirstFailure(stacks, async (stack) => {
      const began = clock.now();
      try {
        const deleted = await removeStack(session, stack, template, sweep);
        report.stacks.push({ ...deleted, outcome: 'deleted' });
      } catch (error) {
        const durationMs = clock.now() - began;
        report.stacks.push({ name: stack.name, outcome: 'failed', durationMs });
        throw error;
      }
    }),
  );
}
