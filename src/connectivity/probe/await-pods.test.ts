import type { V1Pod } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../../dev/testing/fakes/fake-clock.ts';
import { recordingLog } from '../../../dev/testing/fakes/recording-log.ts';
import { fakeProbeCluster, readyPod } from '../testing/fake-probe-cluster.ts';
import { type ProbeCluster, RUN_LABEL } from './cluster.ts';
import { awaitPods, podState } from './probe-pods.ts';

const pod = (name: string, status?: V1Pod['status']): V1Pod => ({
  metadata: { name, labels: { [RUN_LABEL]: 'run' } },
  spec: { nodeName: 'node-a', containers: [] },
  ...(status === undefined ? {} : { status }),
});

const waiting = (reason: string) => ({
  phase: 'Pending',
  containerStatuses: [
    {
      name: 'app',
      image: '',
      imageID: '',
      ready: false,
      restartCount: 0,
      state: { waiting: { reason, message: 'cannot' } },
    },
  ],
});

async function wait(cluster: ProbeCluster, names: readonly string[], deadline = 600_000) {
  const clock = fakeClock();
  const log = recordingLog();
  const waited = await awaitPods(cluster, { run: 'run', names, deadline, clock, log });
  return { states: waited.map(({ state }) => state), seconds: clock.now() / 1000, log };
}

describe('awaitPods', () => {
  it('ends when all are Ready, and logs each change once', async () => {
    const looks = [
      pod('a', { phase: 'Pending' }),
      pod('a', { phase: 'Pending' }),
      readyPod(pod('a'), 'node-a'),
    ];
    const cluster = { ...fakeProbeCluster(), podsOf: async () => [looks.shift() ?? pod('a')] };
    const { states, log } = await wait(cluster, ['a']);
    expect(states).toMatchObject([{ ready: true }]);
    expect(log.lines).toEqual(['a: Pending on node-a', 'a: Ready on node-a']);
  });

  it('does not wait for a pod that cannot start', async () => {
    const present = [pod('a', waiting('InvalidImageName'))];
    const { states, seconds } = await wait(fakeProbeCluster({ present }), ['a']);
    expect(states[0]?.text).toContain('InvalidImageName');
    expect(seconds).toBeLessThan(1);
  });

  it('gives up on a container that has been in trouble for a minute', async () => {
    const present = [pod('a', waiting('ImagePullBackOff'))];
    const { seconds } = await wait(fakeProbeCluster({ present }), ['a']);
    expect(seconds).toBeGreaterThan(60);
    expect(seconds).toBeLessThan(65);
  });

  it('waits until the deadline for a pod whose trouble may pass', async () => {
    const events = [
      {
        metadata: {},
        involvedObject: {},
        type: 'Warning',
        reason: 'FailedCreatePodSandBox',
        message: 'plugin type="multus" failed',
      },
    ];
    const present = [pod('a', { phase: 'Pending' })];
    const { states, seconds } = await wait(fakeProbeCluster({ present, events }), ['a'], 120_000);
    expect(seconds).toBe(120);
    expect(states[0]?.text).toBe('FailedCreatePodSandBox: plugin type="multus" failed');
  });

  it('continues without a missing pod', async () => {
    const present = [readyPod(pod('a'), 'node-a')];
    const { states, seconds } = await wait(fakeProbeCluster({ present }), ['a', 'b'], 2_000);
    expect(states.map(({ name }) => name)).toEqual(['a']);
    expect(seconds).toBe(2);
  });
});

describe('podState', () => {
  it('takes the newest warning', () => {
    const event = (reason: string, lastTimestamp: string, type = 'Warning') => ({
      metadata: {},
      involvedObject: {},
      ...{ type, reason, lastTimestamp: new Date(lastTimestamp) },
    });
    const events = [
      event('New', '2026-01-02'),
      event('Old', '2026-01-01'),
      event('Fine', '2026-01-03', 'Normal'),
    ];
    expect(podState(pod('a'), events).text).toBe('New: ');
  });

  it('says where a CNI plugin should come from that a node lacks', () => {
    const message =
      'plugin type="multus-shim" name="multus-cni-network" failed (add): CmdAdd (shim): ERRORED: error configuring pod: error adding container to network "a": failed to find plugin "ipvlan" in path [/opt/cni/bin]';
    const event = { metadata: {}, involvedObject: {}, type: 'Warning', message };
    expect(podState(pod('a'), [event]).text).toMatch(
      /failed to find plugin "ipvlan" in path .*the VPC CNI brings \(update the add-on vpc-cni to v1\.20\.4/,
    );
  });

  it('treats a pod that is being deleted as hopeless', () => {
    const leaving = { ...pod('a'), metadata: { name: 'a', deletionTimestamp: new Date() } };
    expect(podState(leaving)).toMatchObject({ ready: false, hopeless: true });
  });
});
