import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readEchoes } from './echo-counters.ts';

const COLUMNS = ['InMsgs', 'InErrors', 'InEchos', 'InEchoReps', 'OutRateLimitHost', 'OutEchos'];
const OTHERS = ['Ip: Forwarding DefaultTTL', 'Ip: 2 64'];

function counters(columns: readonly string[], requests: number, answers: number): string[] {
  const numbers = columns.map((name) =>
    name === 'OutEchos' ? requests : name === 'InEchoReps' ? answers : 999,
  );
  return [...OTHERS, `Icmp: ${columns.join(' ')}`, `Icmp: ${numbers.join(' ')}`];
}

const counts = fc.record({ requests: fc.nat(1e9), answers: fc.nat(1e9) });
const columns = fc.shuffledSubarray(COLUMNS, { minLength: COLUMNS.length });

it('counts what was sent and received in between, whatever the order of the columns is', () => {
  fc.assert(
    fc.property(columns, counts, counts, (order, start, more) => {
      const before = counters(order, start.requests, start.answers);
      const after = counters(order, start.requests + more.requests, start.answers + more.answers);
      expect(readEchoes(before, after)).toEqual(more);
    }),
  );
});

it('adds those of IPv6', () => {
  const v6 = (requests: number, answers: number) => [
    `Icmp6InEchoReplies              \t${answers}`,
    `Icmp6OutEchos                   \t${requests}`,
  ];
  const before = [...counters(COLUMNS, 1, 2), ...v6(3, 4)];
  const after = [...counters(COLUMNS, 2, 4), ...v6(13, 24)];
  expect(readEchoes(before, after)).toEqual({ requests: 11, answers: 22 });
});

it.each([
  ['nothing', []],
  ['an error', ["sh: can't open /proc/net/snmp: no such file"]],
  ['names without numbers', ['Icmp: InEchoReps OutEchos']],
  ['no such counter', ['Icmp: InMsgs OutMsgs', 'Icmp: 1 2']],
])('says nothing of a pod that shows %s', (_, lines) => {
  expect(readEchoes(lines, lines)).toBeUndefined();
  expect(readEchoes(counters(COLUMNS, 1, 1), lines)).toBeUndefined();
});
