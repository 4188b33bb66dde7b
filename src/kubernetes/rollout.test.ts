import type { V1DaemonSet, V1Pod } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../dev/testing/fakes/fake-clock.ts';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import { counts, daemonSet as set } from '../../dev/testing/samples/daemon-set.ts';
import { type KubeAnswer, startKubeServer } from '../../dev/testing/servers/kube-server.ts';
import { connect } from './connection.ts';
import { awaitRollout, type RolloutWait } from './rollout.ts';

describe('awaitRollout', () => {
  async function roll(
    daemonSets: readonly V1DaemonSet[],
    pods: unknown[] = [],
    more: Partial<RolloutWait> = {},
  ) {
    const server = await startKubeServer(({ path }, asked): KubeAnswer => {
      if (path.includes('selfsubject'))
        return { status: 201, body: { status: { userInfo: { username: 'u' } } } };
      if (path.includes('/pods')) return { status: 200, body: { items: pods } };
      return { status: 200, body: daemonSets[Math.min(asked, daemonSets.length - 1)] };
    });
    const log = recordingLog();
    const clock = fakeClock();
    try {
      const address = { kind: 'kubeconfig', path: server.kubeconfig } as const;
      const credentials = () => Promise.reject(new Error());
      const connection = await connect(address, { log: recordingLog(), credentials });
      const where = { namespace: 'kube-system', name: 'kube-multus-ds', atLeast: 2 };
      const wait = { ...where, deadline: 30_000, clock, log, ...more };
      const result = await awaitRollout(connection, wait).catch((error: unknown) => error);
      const podRequest = server.requests.find(({ path }) => path.includes('/pods'));
      return { result, log, clock, podPath: podRequest?.path ?? '' };
    } finally {
      await server.close();
    }
  }
  const crashing = {
    metadata: { name: 'm-1' },
    status: {
      containerStatuses: [
        { name: 'kube-multus', state: { waiting: { reason: 'CrashLoopBackOff' } } },
      ],
    },
  };

  it('logs each step once', async () => {
    const steps = [counts(2, 0, 0), counts(2, 0, 0), counts(2, 2, 1), counts(2, 2, 2)].map(set);
    const { result, log, podPath } = await roll(steps);
    expect(result).toMatchObject({ done: true, ready: 2 });
    expect(log.lines).toEqual([
      'DaemonSet kube-multus-ds: 0 of 2 available, 0 updated',
      'DaemonSet kube-multus-ds: 1 of 2 available, 2 updated',
      'DaemonSet kube-multus-ds: 2 of 2 available, 2 updated',
    ]);
    expect(podPath).toContain('labelSelector=name%3Dmultus');
  });

  it('gives up at the deadline with the reasons of the pods', async () => {
    const { result, clock } = await roll([set(counts(2, 2, 0))], [crashing]);
    expect(String(result)).toMatch(/not rolled out in time: pod m-1: .*CrashLoopBackOff/);
    expect(String(result)).toMatch(/10-aws\.conflist/);
    expect(clock.now()).toBe(30_000);
  });

  const waiting = (reason: string) => ({
    containerStatuses: [{ name: 'kube-multus', state: { waiting: { reason } } }],
  });
  const running = { name: 'kube-multus', state: { running: {} }, started: false };
  const unplaced = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable' };

  it.each([
    ['an image that cannot be pulled', waiting('ImagePullBackOff'), /may pull from it/],
    ['a crash', waiting('CrashLoopBackOff'), /last words of the container/],
    [
      'a startup probe that does not pass',
      { containerStatuses: [running] },
      /logs ds\/kube-multus-ds/,
    ],
    ['a pod without a node', { conditions: [unplaced] }, /what the nodes lack/],
  ])('says what to do about %s', async (_name, status, words) => {
    const { result } = await roll([set(counts(2, 2, 0))], [{ status }]);
    expect(String(result)).toMatch(words);
  });

  it('gives up at once when a pod can never start', async () => {
    const waiting = { reason: 'InvalidImageName', message: 'bad' };
    const status = { containerStatuses: [{ name: 'kube-multus', state: { waiting } }] };
    const { result, clock } = await roll([set(counts(2, 2, 0))], [{ status }]);
    expect(String(result)).toMatch(/cannot roll out: .*InvalidImageName: bad[\s\S]*multus-image/);
    expect(clock.now()).toBe(0);
  });

  it('waits for Ready pods that do not work yet, and says what to do when they never do', async () => {
    const pod = (name: string) => ({
      metadata: { name },
      spec: { nodeName: 'node-1' },
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    });
    const both = [pod('m-1'), pod('m-2')];
    let asked = 0;
    const slow = async ({ metadata }: V1Pod) => metadata?.name === 'm-1' || ++asked > 2;
    const waited = await roll([set(counts(2, 2, 2))], both, { hasStarted: slow });
    expect(waited.result).toMatchObject({ done: true });
    expect(waited.clock.now()).toBe(4_000);
    const never = { hasStarted: async () => false, notStarted: 'look there' };
    const { result } = await roll([set(counts(2, 2, 2))], both, never);
    expect(String(result)).toMatch(
      /pod m-1 on node-1: it runs, but has not started to work yet; pod m-2.*look there/s,
    );
  });

  it('stops long before the deadline when the rollout does not move, and names the pod', async () => {
    const pod = {
      metadata: { name: 'm-2' },
      spec: { nodeName: 'n2' },
      status: { phase: 'Running' },
    };
    const { result, clock } = await roll([set(counts(2, 1, 1))], [pod], { stallMs: 10_000 });
    expect(String(result)).toMatch(
      /the rollout has stopped: pod m-2 on n2 is not Ready \(Running\)/,
    );
    expect(clock.now()).toBe(10_000);
  });

  it('goes on as long as the rollout moves', async () => {
    const steps = [counts(3, 0, 3), counts(3, 1, 2), counts(3, 2, 2), counts(3, 3, 3)].map(set);
    const { result } = await roll(steps, [], { stallMs: 3_000 });
    expect(result).toMatchObject({ done: true });
  });

  it('describes the progress when no pod has a reason', async () => {
    const { result } = await roll([set(counts(1, 1, 1))]);
    expect(String(result)).toMatch(/1 of 2 available[\s\S]*nodes are Ready/);
  });
});
