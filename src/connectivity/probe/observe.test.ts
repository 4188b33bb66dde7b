import type { V1Pod } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../../dev/testing/fakes/fake-clock.ts';
import { recordingLog } from '../../../dev/testing/fakes/recording-log.ts';
import { inParallel } from '../../core/in-parallel.ts';
import { pairsOf } from '../evaluate/pairs.ts';
import { fakeProbeCluster, readyPod } from '../testing/fake-probe-cluster.ts';
import { healthy, LAB_PODS } from '../testing/lab-pods.ts';
import { execTimeoutMs, observeFromInside, observeFromOutside, pingTargets } from './observe.ts';
import { podState } from './probe-pods.ts';

const STATUS = 'k8s.v1.cni.cncf.io/network-status';
const waited = (pod: V1Pod) => ({ pod, state: podState(pod) });
const asked = (name: string) => ({ name, networks: ['default/a'], manifest: {} });

describe('observeFromOutside', () => {
  it('takes node and network-status from a pod that is Ready', () => {
    const status = '[{"name":"default/a","interface":"net1","ips":["10.0.4.70"]}]';
    const pod = readyPod({ metadata: { name: 'p', annotations: { [STATUS]: status } } }, 'node-a');
    expect(observeFromOutside([asked('p')], [waited(pod)])).toEqual([
      {
        name: 'p',
        node: 'node-a',
        networks: ['default/a'],
        status: [{ network: 'default/a', interface: 'net1', addresses: ['10.0.4.70'] }],
      },
    ]);
  });

  it('gives the reason why a pod is not Ready, or that it is gone', () => {
    const pods = [asked('p'), asked('q')];
    const seen = observeFromOutside(pods, [waited({ metadata: { name: 'p' } })]);
    expect(seen.map(({ notReady }) => notReady)).toEqual(['Pending', 'the pod is gone']);
  });
});

it('pingTargets gives each pod its targets', () => {
  const targets = pingTargets(pairsOf(healthy(LAB_PODS)), { large: () => false });
  expect([...targets].map(([name, own]) => [name, own.length])).toEqual([
    ['sampleapp-1', 5],
    ['sampleapp-2', 5],
    ['sampleapp-dual-1', 8],
    ['sampleapp-dual-2', 8],
  ]);
});

const options = (deadline = 600_000) => ({
  log: recordingLog(),
  plan: {},
  large: () => false,
  clock: fakeClock(),
  deadline,
});

describe('observeFromInside', () => {
  const present = ['p', 'q', 'r'].map((name) => readyPod({ metadata: { name } }, 'node-a'));
  const pods = ['p', 'q', 'r'].map((name) => ({ name, networks: [] }));
  const output = '@addresses\n1: lo inet 127.0.0.1/8\n@routes\n@mtu\n@end\n';

  it('keeps the probe of each pod, or the reason why there is none', async () => {
    const cluster = fakeProbeCluster({
      present,
      script: async ({ metadata }) => {
        if (metadata?.name === 'q') throw new Error('connection lost\nat somewhere');
        return metadata?.name === 'r' ? 'half of it' : output;
      },
    });
    const seen = await observeFromInside(cluster, pods, options());
    expect(seen[0]?.probe?.addresses).toHaveLength(1);
    expect(seen[1]?.probeError).toBe('connection lost');
    expect(seen[2]?.probeError).toContain('did not finish');
  });

  it('waits for a slow exec until the deadline of the step', async () => {
    const timeouts: number[] = [];
    const cluster = {
      ...fakeProbeCluster({ present, script: async () => output }),
      runScript: async (_pod: string, _script: string, timeoutMs: number) => {
        timeouts.push(timeoutMs);
        return output;
      },
    };
    await observeFromInside(cluster, pods, options(480_000));
    expect(timeouts).toEqual([480_000, 480_000, 480_000]);
  });

  it('gives an exec the time that its script needs, also after the deadline', () => {
    expect(execTimeoutMs(options(1_000), 28_000)).toBe(28_000);
  });

  it('does not enter a pod that is not Ready', async () => {
    const [seen] = await observeFromInside(
      fakeProbeCluster(),
      [{ name: 'p', networks: [], notReady: 'Pending' }],
      options(),
    );
    expect(seen).toEqual({ name: 'p', networks: [], notReady: 'Pending' });
  });
});

it('inParallel keeps the order and the limit', async () => {
  let working = 0;
  let most = 0;
  const results = await inParallel([5, 1, 3, 2, 4], 2, async (item) => {
    most = Math.max(most, ++working);
    await new Promise((resolve) => setTimeout(resolve, item));
    working--;
    return item * 10;
  });
  expect(results).toEqual([50, 10, 30, 20, 40]);
  expect(most).toBe(2);
});
