import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { programFolder, runInPod } from '../testing/pod-namespaces.ts';
import { parseProbe } from './probe-output.ts';
import { type PingTarget, probeScript } from './probe-script.ts';

let folder: string;

beforeAll(async () => {
  folder = await programFolder();
});

afterAll(() => rm(folder, { recursive: true }));

async function probeIn(shell: string, targets: readonly PingTarget[]) {
  const started = performance.now();
  const output = await runInPod(folder, shell, { script: probeScript(targets) });
  return { parsed: parseProbe(output), seconds: (performance.now() - started) / 1000 };
}

describe.each(['busybox sh', 'dash'])('the probe script in %s', (shell) => {
  it('reads interfaces, routes and MTU, and distinguishes answers from silence', async () => {
    const { parsed } = await probeIn(shell, [
      { interface: 'net1', address: '10.0.4.71' },
      { interface: 'net2', address: '10.0.6.71' },
      { interface: 'net1', address: '10.0.4.99' },
      { interface: 'net1', address: '10.0.6.70' },
      { interface: 'net9', address: '10.0.4.71' },
    ]);
    const probe = 'probe' in parsed ? parsed.probe : expect.fail(parsed.error);
    expect(probe.addresses.filter(({ address }) => !address.includes(':'))).toEqual([
      { interface: 'lo', address: '127.0.0.1', prefix: 8 },
      { interface: 'net1', address: '10.0.4.70', prefix: 24 },
      { interface: 'net2', address: '10.0.6.70', prefix: 24 },
    ]);
    expect(probe.routes).toContainEqual({
      destination: '10.0.4.0/24',
      interface: 'net1',
      source: '10.0.4.70',
    });
    expect(probe.routeText).toContain('10.0.6.0/24 dev net2');
    expect(probe.mtu).toMatchObject({ net1: 1400, net2: 1500 });
    const seen = new Map(probe.pings.map((ping) => [`${ping.interface} ${ping.address}`, ping]));
    expect(seen.size).toBe(5);
    expect(seen.get('net1 10.0.4.71')).toMatchObject({ sent: 3, received: 3 });
    expect(seen.get('net1 10.0.4.71')?.milliseconds?.avg).toBeGreaterThan(0);
    expect(seen.get('net2 10.0.6.71')).toMatchObject({ sent: 3, received: 3 });
    expect(seen.get('net1 10.0.4.99')).toMatchObject({ sent: 3, received: 0 });
    expect(seen.get('net1 10.0.6.70')).toMatchObject({ sent: 3, received: 0 });
    expect(seen.get('net9 10.0.4.71')).toMatchObject({ problem: { kind: 'broken' } });
    expect(probe.echoes).toEqual({ requests: 12, answers: 6 });
  });

  it('does not mix the lines of sixty simultaneous pings', async () => {
    const targets = Array.from({ length: 60 }, (_, index) => ({
      interface: 'net1',
      address: index % 2 === 0 ? '10.0.4.71' : '10.0.4.99',
    }));
    const { parsed, seconds } = await probeIn(shell, targets);
    const pings = 'probe' in parsed ? parsed.probe.pings : [];
    expect(pings).toHaveLength(60);
    for (const { address, received } of pings) expect(received > 0).toBe(address === '10.0.4.71');
    // The thirty that nobody answers would take two seconds each, one after the other.
    expect(seconds).toBeLessThan(50);
  });

  it('does not run anything in a name as a command', async () => {
    const hostile = { interface: "net1'; echo @end; exit 0; '", address: '$(echo 10.0.4.71)' };
    const { parsed } = await probeIn(shell, [hostile, { interface: 'net1', address: '10.0.4.71' }]);
    const pings = 'probe' in parsed ? parsed.probe.pings : [];
    expect(pings.at(-1)).toMatchObject({ address: '10.0.4.71', received: 3 });
  });
});
