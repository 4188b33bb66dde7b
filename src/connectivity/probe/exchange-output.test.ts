import { describe, expect, it } from 'vitest';
import { parseExchanges, parseNeighbours, parseSamples, parseTools } from './exchange-output.ts';

const parse = (line: string) => parseExchanges([line])[0];

describe('parseExchanges', () => {
  it('reads an answer, its tries and its time', () => {
    expect(parse('@exchange pod tcp 10.0.4.71 20080 0 2 100.10 101.35 sampleapp-1')).toEqual({
      ...{ kind: 'pod', protocol: 'tcp', address: '10.0.4.71', port: 20080 },
      ...{ result: 'answered', text: 'sampleapp-1', tries: 2, tookMs: 1250 },
    });
  });

  it('reads whether a large request passed', () => {
    const line = '@exchange pod udp 10.0.4.71 20081 0 1 5.00 5.01 answered @large 9001';
    expect(parse(`${line} 0`)?.large).toEqual({ bytes: 9001, answered: true });
    expect(parse(`${line} 1`)?.large).toEqual({ bytes: 9001, answered: false });
  });

  it.each([
    ["wget: can't connect to remote host (10.0.4.71): Connection refused", 'refused'],
    ['OTHER: connection refused', 'refused'],
    ['REFUSED', 'refused'],
    ['wget: download timed out', 'timeout'],
    ['TIMEOUT', 'timeout'],
    ['TIMEOUT: read udp 10.0.4.70:1->10.0.4.71:2: i/o timeout', 'timeout'],
    ["wget: can't connect to remote host (10.0.4.71): No route to host", 'unreachable'],
    ['OTHER: protocol not supported', 'broken'],
    ['sh: /agnhost: Killed', 'broken'],
    ['', 'broken'],
  ])('reads the failure: %s', (text, result) => {
    expect(parse(`@exchange pod sctp 10.0.4.71 20082 1 3 1.00 9.00 ${text}`)?.result).toBe(result);
  });

  it('ignores malformed lines, and keeps IPv6 addresses', () => {
    expect(parse('@exchange pod dccp 10.0.4.71 1 0 1 1 1 x')).toBeUndefined();
    expect(parse('@exchange nobody tcp 10.0.4.71 1 0 1 1 1 x')).toBeUndefined();
    expect(parse('@exchange target tcp fd00::1 443 0 1 1.00 1.10 connected')?.address).toBe(
      'fd00::1',
    );
  });
});

it('parseTools tells an image without programs from a script that asked for none', () => {
  expect(parseTools(['@tools /agnhost /usr/bin/iperf'])).toEqual({
    agnhost: '/agnhost',
    iperf: '/usr/bin/iperf',
  });
  expect(parseTools(['@tools none none'])).toEqual({});
  expect(parseTools(['@end'])).toBeUndefined();
});

it('parseSamples reads round trips and the line of iperf, or why there is none', () => {
  const csv = '20261127150000,10.0.4.70,41000,10.0.4.71,20083,1,0.0-2.0,33554432,134217728';
  expect(
    parseSamples([
      '@jitter net1 10.0.4.71 0:0.101 2:0.203 1:0.150',
      `@throughput net1 10.0.4.71 ${csv}`,
      '@jitter net1 10.0.4.72',
      '@throughput net1 10.0.4.72 connect failed: Connection refused',
      '@jitter net1 10.0.4.73 7:1.5',
    ]),
  ).toEqual([
    {
      ...{ interface: 'net1', address: '10.0.4.71', roundTrips: [0.101, 0.203, 0.15] },
      order: [0, 2, 1],
      megabitsPerSecond: 134.2,
    },
    {
      ...{ interface: 'net1', address: '10.0.4.72', roundTrips: [], order: [] },
      problem: 'connect failed: Connection refused',
    },
    {
      ...{ interface: 'net1', address: '10.0.4.73', roundTrips: [1.5], order: [7] },
      problem: 'the image has no iperf',
    },
  ]);
});

it('parseNeighbours reads iproute2 and BusyBox', () => {
  expect(
    parseNeighbours([
      '10.0.6.17 dev net2 lladdr 02:00:00:00:01:00 REACHABLE',
      '10.0.6.1 dev net2  used 0/0/0 probes 6 FAILED',
      'fe80::1 dev eth0 lladdr 02:00:00:00:00:01 router STALE',
      '::1 dev lo lladdr 00:00:00:00:00:00 NOARP',
      'garbage',
    ]),
  ).toEqual([
    { address: '10.0.6.17', interface: 'net2', mac: '02:00:00:00:01:00', state: 'REACHABLE' },
    { address: '10.0.6.1', interface: 'net2', state: 'FAILED' },
    { address: 'fe80::1', interface: 'eth0', mac: '02:00:00:00:00:01', state: 'STALE' },
  ]);
});
