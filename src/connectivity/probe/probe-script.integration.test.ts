import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensurePrerequisites } from '../../../dev/tools/install/apt.ts';
import { findProgram } from '../../../dev/tools/install/probe.ts';
import { run } from '../../../dev/tools/process.ts';
import { consoleProgress } from '../../../dev/tools/progress.ts';
import { parseProbe } from './probe-output.ts';
import { type PingTarget, probeScript } from './probe-script.ts';

/**
 * Two network namespaces that are joined by two veth pairs: net1 and net2 here, their other ends there.
 * The script that is given as `$PROBE` runs in the first one, in the shell `$SHELL_COMMAND`.
 */
const POD = `
set -e
mount -t sysfs sysfs /sys
ip link set lo up
ip link add net1 mtu 1400 type veth peer name there1 mtu 1400
ip link add net2 type veth peer name there2
unshare --net sleep 60 & peer=$!
while [ "$(readlink /proc/$peer/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
ip link set there1 netns $peer
ip link set there2 netns $peer
nsenter --target $peer --net sh -c '
  ip addr add 10.0.4.71/24 dev there1; ip link set there1 up
  ip addr add 10.0.6.71/24 dev there2; ip link set there2 up'
ip addr add 10.0.4.70/24 dev net1; ip link set net1 up
ip addr add 10.0.6.70/24 dev net2; ip link set net2 up
$SHELL_COMMAND -c "$PROBE"
kill $peer
`;

let folder: string;

beforeAll(async () => {
  await ensurePrerequisites(['node'], consoleProgress());
  folder = await mkdtemp(join(tmpdir(), 'probe-'));
  for (const applet of ['ping', 'sleep', 'readlink']) {
    await symlink((await findProgram('busybox')) ?? '', join(folder, applet));
  }
});

afterAll(() => rm(folder, { recursive: true }));

async function probeIn(shell: string, targets: readonly PingTarget[]) {
  const started = performance.now();
  const output = await run(
    'unshare',
    ['--net', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child', 'sh', '-c', POD],
    {
      env: {
        PATH: `${folder}:${process.env['PATH']}`,
        SHELL_COMMAND: shell,
        PROBE: probeScript(targets),
      },
    },
  );
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
