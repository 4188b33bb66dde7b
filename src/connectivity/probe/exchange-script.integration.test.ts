import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureTools } from '../../../dev/tools/install/tools.ts';
import { consoleProgress } from '../../../dev/tools/progress.ts';
import type { Exchange } from '../evaluate/observation.ts';
import { SERVICE_PORTS, type Transport } from '../protocol.ts';
import { programFolder, runInPod } from '../testing/pod-namespaces.ts';
import type { ExchangeTarget } from './exchange-script.ts';
import { parseProbe } from './probe-output.ts';
import { probeScript } from './probe-script.ts';
import { serviceScript } from './service-script.ts';

let folder: string;
let bare: string;

beforeAll(async () => {
  const { bin } = await ensureTools(['agnhost'], consoleProgress());
  folder = await programFolder([`${bin}/agnhost`]);
  bare = await programFolder();
}, 600_000);

afterAll(async () => {
  for (const one of [folder, bare]) await rm(one, { recursive: true });
});

const asked = (protocol: Transport, address: string, port = SERVICE_PORTS[protocol]) =>
  ({ protocol, address, port, ofPod: true, fill: 'net1', tries: 2 }) satisfies ExchangeTarget;

async function exchangesIn(shell: string, programs: string, exchanges: readonly ExchangeTarget[]) {
  const services = ['tcp', 'udp', 'sctp'] as const;
  const script = probeScript([], { services, exchanges, samples: [] });
  const parsed = parseProbe(await runInPod(programs, shell, { script, services: serviceScript() }));
  return 'probe' in parsed ? parsed.probe : expect.fail(parsed.error);
}

const find = (
  exchanges: readonly Exchange[],
  kind: Exchange['kind'],
  protocol: Transport,
  port?: number,
) =>
  exchanges.find(
    (one) =>
      one.kind === kind && one.protocol === protocol && (port === undefined || one.port === port),
  );

describe.each(['busybox sh', 'dash'])('the exchanges of a pod in %s', (shell) => {
  it('reach the services of another pod, small and large, and tell refusal from silence', async () => {
    const { exchanges = [], tools } = await exchangesIn(shell, folder, [
      asked('tcp', '10.0.4.71'),
      asked('udp', '10.0.4.71'),
      asked('sctp', '10.0.4.71'),
      { protocol: 'tcp', address: '10.0.4.71', port: 9, ofPod: false, tries: 1 },
      { protocol: 'tcp', address: '10.0.4.71', port: 20080, ofPod: false, tries: 1 },
      asked('udp', '10.0.4.99'),
    ]);
    expect(tools?.agnhost).toContain('agnhost');
    expect(exchanges).toHaveLength(9);
    expect(find(exchanges, 'pod', 'tcp')).toMatchObject({
      result: 'answered',
      large: { bytes: 1400, answered: true },
    });
    expect(find(exchanges, 'pod', 'tcp')?.text).toMatch(/^\S+$/);
    expect(find(exchanges, 'pod', 'udp')).toMatchObject({
      result: 'answered',
      large: { bytes: 1400, answered: true },
    });
    expect(find(exchanges, 'service', 'tcp')?.result).toBe('answered');
    expect(find(exchanges, 'target', 'tcp', 9)?.result).toBe('refused');
    expect(find(exchanges, 'target', 'tcp', 20080)?.result).toBe('answered');
    const lost = exchanges.find(({ address }) => address === '10.0.4.99');
    expect(['timeout', 'unreachable']).toContain(lost?.result);
    expect(lost?.tries).toBe(2);
    // Whether SCTP works depends on this machine's kernel; without it, both say so.
    const [own, other] = [find(exchanges, 'service', 'sctp'), find(exchanges, 'pod', 'sctp')];
    expect(['answered', 'broken']).toContain(own?.result);
    expect(other?.result).toBe(own?.result);
  }, 120_000);

  it('are not tried without agnhost, and everything else is', async () => {
    const probe = await exchangesIn(shell, bare, [asked('tcp', '10.0.4.71')]);
    expect(probe).toMatchObject({ tools: {}, exchanges: [] });
    expect(probe.mtu).toMatchObject({ net1: 1400 });
    expect(probe.settings).toHaveProperty(['net1.rp_filter']);
    expect(probe.errors).toMatchObject({ 'net1.rx_errors': 0 });
    expect(probe.mac?.['net1']).toMatch(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
  });
});
