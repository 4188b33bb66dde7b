import type { V1Container, V1Pod } from '@kubernetes/client-node';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../dev/testing/fakes/fake-clock.ts';
import { ApiError } from '../kubernetes/api-error.ts';
import type { Rest } from '../kubernetes/rest.ts';
import { daemonStarted } from './daemon-started.ts';

const STARTING = [
  '2026-11-27T11:00:00Z [verbose] multus-daemon started',
  '2026-11-27T11:00:00Z [verbose] Readiness Indicator file check',
];
const DONE =
  '2026-11-27T11:00:03Z [verbose] started to watch file /host/etc/cni/net.d/10-aws.conflist';

/** A pod whose daemon began to run this many seconds after the clock's beginning; undefined when it does not run. */
function podOf(startedAt: number | undefined, container: Partial<V1Container> = {}): V1Pod {
  const running = { startedAt: new Date((startedAt ?? 0) * 1000) };
  const state = startedAt === undefined ? { waiting: { reason: 'CrashLoopBackOff' } } : { running };
  const status = { name: 'kube-multus', image: 'm', imageID: '', ready: true, restartCount: 0 };
  return {
    metadata: { namespace: 'kube-system', name: 'multus-1' },
    spec: { containers: [{ name: 'kube-multus', ...container }] },
    status: { containerStatuses: [{ ...status, containerID: `c-${startedAt}`, state }] },
  };
}

function judge(log: () => string) {
  const clock = fakeClock();
  const asked: unknown[] = [];
  const rest = async (request: unknown) => {
    asked.push(request);
    return log();
  };
  return { clock, asked, hasStarted: daemonStarted(rest as Rest, clock) };
}

describe('daemonStarted', () => {
  it('believes the log, and asks no more about a container that has started', async () => {
    const lines = [...STARTING];
    const { hasStarted, asked } = judge(() => lines.join('\n'));
    expect(await hasStarted(podOf(0))).toBe(false);
    lines.push(DONE);
    expect(await hasStarted(podOf(0))).toBe(true);
    expect(await hasStarted(podOf(0))).toBe(true);
    expect(asked).toHaveLength(2);
    expect(asked[0]).toEqual({
      method: 'GET',
      path: '/api/v1/namespaces/kube-system/pods/multus-1/log',
      query: { container: 'kube-multus', limitBytes: 65_536 },
    });
    lines.pop();
    expect(await hasStarted(podOf(5))).toBe(false);
  });

  it('asks about no daemon that runs for a minute, which is longer than one can wait', async () => {
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 600 }), async (seconds) => {
        const { clock, hasStarted, asked } = judge(() => STARTING.join('\n'));
        await clock.sleep(seconds * 1000);
        expect(await hasStarted(podOf(0))).toBe(seconds >= 60);
        expect(asked).toHaveLength(seconds >= 60 ? 0 : 1);
      }),
    );
  });

  it.each([
    ['it is forbidden', new ApiError(403, { message: 'pods/log is forbidden' })],
    ['its kubelet does not answer', new ApiError(502, { message: 'proxy error' })],
    ['the connection is lost', new Error('read ECONNRESET')],
  ])('asks once for a log, and waits for that minute when %s', async (_name, error) => {
    const { clock, asked, hasStarted } = judge(() => {
      throw error;
    });
    expect(await hasStarted(podOf(0))).toBe(false);
    expect(asked).toHaveLength(1);
    await clock.sleep(60_000);
    expect(await hasStarted(podOf(0))).toBe(true);
  });

  it('does not believe a container that does not run', async () => {
    const { hasStarted, asked } = judge(() => DONE);
    expect(await hasStarted(podOf(undefined))).toBe(false);
    expect(await hasStarted({ ...podOf(0), status: {} })).toBe(false);
    expect(asked).toEqual([]);
  });

  it('leaves pods with a startup probe to the kubelet', async () => {
    const { hasStarted, asked } = judge(() => '');
    expect(await hasStarted(podOf(0, { startupProbe: { periodSeconds: 1 } }))).toBe(true);
    expect(asked).toEqual([]);
  });
});
