import { z } from 'zod';
import type { Explain } from '../cloudformation/follow.ts';
import type { StackInsides } from '../cloudformation/stack-resources.ts';
import { messageOf } from '../core/errors.ts';

/** What the launch hook (`cfn/attach-enis/hook.ts`) logs when it gives up an instance. */
export const GIVEN_UP = 'cannot attach the interfaces';

const lineSchema = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text.slice(text.indexOf('{')));
    } catch {
      context.addIssue('not JSON');
      return z.NEVER;
    }
  })
  .pipe(z.object({ instance: z.string(), error: z.string() }));

/** Reads those lines of a log group that contain a text. */
export type ReadLog = (group: string, containing: string) => Promise<readonly string[]>;

/**
 * Explains why an Auto Scaling group fails to start instances, or takes long: the launch hook's log has the reason for
 * which it gave up the latest instance, and the group has not. The log is read during the operation, because a rollback
 * deletes it. Never throws.
 */
export function explainLaunches(
  { physicalId }: Pick<StackInsides, 'physicalId'>,
  readLog: ReadLog,
): Explain {
  return async (stackId, event) => {
    if (event.type !== 'AWS::AutoScaling::AutoScalingGroup') return undefined;
    if (event.status.startsWith('DELETE_')) return undefined;
    let group: string | undefined;
    try {
      group = await physicalId(stackId, 'HookLogs');
      return group === undefined ? undefined : latestFailure(await readLog(group, GIVEN_UP));
    } catch (error) {
      return `cannot read log group ${group ?? 'HookLogs'}, in which the launch hook logs whether it gave up instances: ${messageOf(error)}`;
    }
  };
}

function latestFailure(lines: readonly string[]): string | undefined {
  const failures = lines.flatMap((line) => lineSchema.safeParse(line).data ?? []);
  const last = failures.at(-1);
  if (last === undefined) return undefined;
  const count = new Set(failures.map(({ instance }) => instance)).size;
  return `the launch hook gave up ${count === 1 ? 'an instance' : `${count} instances`}, the latest ${last.instance}, because it ${GIVEN_UP}: ${last.error}`;
}
