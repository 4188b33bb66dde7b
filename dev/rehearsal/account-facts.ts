import type { CallRecord } from '../stand-ins/aws/gateway.ts';
import { type Inventory, leftovers } from '../stand-ins/aws/inventory.ts';
import type { Finding } from '../tools/table.ts';

/** Pure: is the account as it was? Lists every kind that was counted, so that nothing is left out silently. */
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

/** Pure: did the AWS stand-in serve every call, and did nothing fail behind the callers' backs? */
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
