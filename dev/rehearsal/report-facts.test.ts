import { expect, it } from 'vitest';
import { reportFindings } from './report-facts.ts';

const ROUTES = `default via 169.254.1.1 dev eth0
10.0.4.0/24 dev net1 scope link  src 10.0.4.72
10.0.6.0/24 dev net2 scope link  src 10.0.6.80`;

function report(
  change: { routes?: string; failed?: number; names?: readonly string[] } = {},
): string {
  const names = change.names ?? [
    'sampleapp-1',
    'sampleapp-2',
    'sampleapp-dual-1',
    'sampleapp-dual-2',
  ];
  return JSON.stringify({
    counts: { passed: 40, failed: change.failed ?? 0, skipped: 0 },
    pods: names.map((name) => ({ name, ready: true, routes: change.routes ?? ROUTES })),
  });
}

const oks = (json: string) => reportFindings(json).map(({ ok }) => ok);

it('accepts the report of a correct lab', () => {
  expect(oks(report())).toEqual([true, true, true]);
});

it.each([
  ['a failed check', { failed: 1 }, [true, false, true]],
  ['a missing pod', { names: ['sampleapp-1', 'sampleapp-dual-1'] }, [false, true, true]],
  ['a source outside the range', { routes: ROUTES.replace('4.72', '4.81') }, [true, true, false]],
  [
    'a route on the wrong interface',
    { routes: ROUTES.replace('net2', 'net1') },
    [true, true, false],
  ],
  ['no route', { routes: '' }, [true, true, false]],
])('rejects %s', (_, change, expected) => {
  expect(oks(report(change))).toEqual(expected);
});

it('rejects a missing report', () => {
  expect(oks('')).toEqual([false]);
});
