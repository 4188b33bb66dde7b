import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseProbe } from './probe-output.ts';
import { probeScript, scriptDurationMs } from './probe-script.ts';

const OUTPUT = `@addresses
1: lo    inet 127.0.0.1/8 scope host lo
4: net1    inet 10.0.4.70/24 scope global net1
4: net1    inet6 fd00::7/64 scope global dadfailed tentative
@routes
default via 10.0.2.1 dev eth0
10.0.4.0/24 dev net1 scope link  src 10.0.4.70
@routes6
2001:db8::/64 dev net1 metric 256
@mtu
lo 65536
net1 9001
@state
lo unknown
net1 lowerlayerdown
@clock
1000
@rules
0: from all lookup local
32765: from 10.0.4.70 lookup 100
@mac
net1 02:00:00:00:00:07
@settings
net1.rp_filter 2
@echoes-before
Icmp: InErrors InEchoReps OutEchos
Icmp: 0 7 9
@ping net1 10.0.6.71 PING 10.0.6.71 (10.0.6.71): 56 data bytes --- 3 packets transmitted, 0 packets received, 100% packet loss @took 10.00 12.50
@ping net1 10.0.4.71 3 packets transmitted, 3 packets received, 0% packet loss round-trip min/avg/max = 0.1/0.2/0.3 ms
@large net1 10.0.4.71 9001 2 packets transmitted, 1 packets received @route 10.0.4.71 dev net1 src 10.0.4.70 cache expires 590sec mtu 1400
@errors
net1.rx_errors 0
@neighbours
10.0.4.71 dev net1 lladdr 02:00:00:00:00:08 REACHABLE
@tools /agnhost none
@exchange pod sctp 10.0.4.71 20082 0 1 20.00 20.05 answered
@echoes-after
Icmp: InErrors InEchoReps OutEchos
Icmp: 0 11 17
@end
`;

describe('parseProbe', () => {
  it('reads every section', () => {
    expect(parseProbe(OUTPUT, { began: 1_090_000, ended: 1_095_000 })).toEqual({
      probe: {
        addresses: [
          { interface: 'lo', address: '127.0.0.1', prefix: 8 },
          { interface: 'net1', address: '10.0.4.70', prefix: 24 },
          { interface: 'net1', address: 'fd00::7', prefix: 64 },
        ],
        routes: [
          { destination: 'default', interface: 'eth0' },
          { destination: '10.0.4.0/24', interface: 'net1', source: '10.0.4.70' },
          { destination: '2001:db8::/64', interface: 'net1' },
        ],
        routeText: 'default via 10.0.2.1 dev eth0\n10.0.4.0/24 dev net1 scope link  src 10.0.4.70',
        mtu: { lo: 65536, net1: 9001 },
        state: { lo: 'unknown', net1: 'lowerlayerdown' },
        pings: [
          { interface: 'net1', address: '10.0.6.71', sent: 3, received: 0, tookMs: 2500 },
          {
            interface: 'net1',
            address: '10.0.4.71',
            sent: 3,
            received: 3,
            milliseconds: { min: 0.1, avg: 0.2, max: 0.3 },
            large: { bytes: 9001, answered: false, pathMtu: 1400 },
          },
        ],
        echoes: { requests: 8, answers: 4 },
        clockSeconds: -89,
        ruleSources: ['10.0.4.70'],
        refused: ['fd00::7'],
        mac: { net1: '02:00:00:00:00:07' },
        settings: { 'net1.rp_filter': 2 },
        errors: { 'net1.rx_errors': 0 },
        neighbours: [
          { address: '10.0.4.71', interface: 'net1', mac: '02:00:00:00:00:08', state: 'REACHABLE' },
        ],
        tools: { agnhost: '/agnhost' },
        exchanges: [
          {
            ...{ kind: 'pod', protocol: 'sctp', address: '10.0.4.71', port: 20082 },
            ...{ result: 'answered', text: 'answered', tries: 1, tookMs: 50 },
          },
        ],
        samples: [],
      },
    });
  });

  it('rejects an output that is not complete', () => {
    fc.assert(
      fc.property(fc.nat(OUTPUT.length - '@end\n'.length), (length) => {
        expect(parseProbe(OUTPUT.slice(0, length))).toHaveProperty('error');
      }),
    );
  });

  it('reports an image without ip', () => {
    const parsed = parseProbe('@addresses\n/bin/sh: ip: not found\n@routes\n@mtu\n@end');
    expect(parsed).toHaveProperty('error', expect.stringContaining('ip: not found'));
  });

  it('survives any text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('@ping', '@end', '@mtu', 'net1 x', '@', ' 1: a inet 1')),
        (words) => {
          expect(Object.keys(parseProbe(words.join('\n')))).toHaveLength(1);
        },
      ),
    );
  });
});

describe('probeScript', () => {
  const target = (index: number) => ({ interface: 'net1', address: `10.0.4.${index}` });

  it('limits the pings that run at once, and waits for all of them', () => {
    const lines = probeScript(Array.from({ length: 70 }, (_, index) => target(index))).split('\n');
    expect(lines.filter((line) => line === 'wait')).toHaveLength(3);
    expect(lines.at(-1)).toBe('echo @end');
  });

  it('runs pings that lost packets one by one, and many of them in twelve batches', () => {
    const batchSizes = (count: number) => {
      const targets = Array.from({ length: count }, (_, index) => ({
        ...target(index),
        lossy: index > 0,
      }));
      const [, ...batches] =
        probeScript(targets)
          .split(/^set -f$/m)[1]
          ?.split(/^wait$/m) ?? [];
      return batches.map((batch) => batch.match(/ &$/gm)?.length ?? 0).slice(0, -1);
    };
    expect(batchSizes(5)).toEqual([1, 1, 1, 1]);
    expect(batchSizes(25)).toEqual(Array(12).fill(2));
    expect(batchSizes(1 + 32 * 13)).toEqual(Array(13).fill(32));
  });

  it('asks for IPv6 routes only when IPv6 is pinged', () => {
    expect(probeScript([target(1)])).not.toContain('ip -6 route');
    expect(probeScript([{ interface: 'net1', address: '2001:db8::1' }])).toContain('ip -6 route');
  });

  it('takes longer for more pings', () => {
    fc.assert(
      fc.property(fc.nat(200), (count) => {
        const targets = Array.from({ length: count }, (_, index) => target(index));
        expect(scriptDurationMs([...targets, target(0)])).toBeGreaterThan(
          scriptDurationMs(targets),
        );
      }),
    );
  });
});
