import type { CallRecord } from '../stand-ins/aws/gateway/gateway.ts';
import { type Inventory, leftovers } from '../stand-ins/aws/inventory.ts';
import type { Finding } from '../tools/table.ts';

/**
 * Checks that the account is as before. Lists every kind that was counted, so nothing is left out silently.
 * Pure.
 */
export function leftoverFinding(before: Inventory, after: Inventory): Finding {
  const left = leftovers(before, after);
  const kinds = Object.keys(after).sort();
  const total = Object.values(left).reduce((sum, count) => sum + count, 0);
  return {
    what: 'Leftovers in AWS',
    found: [
      String(total),
      ...lines(kinds.map((kind) => `${kind} ${left[kind] ?? 0}`).join(', ')),
    ].join('\n'),
    ok: total === 0 && kinds.length > 0,
  };
}

/** Checks that the AWS stand-in served every call and that nothing failed in the background. Pure. */
export function unservedFinding(
  failures: readonly CallRecord[],
  problems: readonly string[],
): Finding {
  const calls = failures.map(({ service, action, problem }) => `${service} ${action}: ${problem}`);
  return {
    what: 'Calls not served',
    found: [String(calls.length + problems.length), ...calls, ...problems].join('\n'),
    ok: calls.length + problems.length === 0,
  };
}

const WIDTH = 100;

function lines(text: string): readonly string[] {
  return text.match(new RegExp(`.{1,${WIDTH}}(?:\\s|$)`, 'g'))?.map((line) => line.trim()) ?? [];
}
