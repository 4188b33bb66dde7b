import type { V1ContainerStatus, V1Pod, V1PodStatus } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { podTrouble } from './pods.ts';

const pod = (status: V1PodStatus, nodeName: string | undefined = 'node-1'): V1Pod => ({
  metadata: { name: 'multus-x' },
  spec: { containers: [], ...(nodeName === undefined ? {} : { nodeName }) },
  status,
});
const container = (part: Partial<V1ContainerStatus>): V1ContainerStatus => ({
  name: 'kube-multus',
  image: 'i',
  imageID: '',
  ready: false,
  restartCount: 0,
  ...part,
});
const one = (part: Partial<V1ContainerStatus>) => pod({ containerStatuses: [container(part)] });

describe('podTrouble', () => {
  it('finds nothing wrong with a pod that runs, starts or is new', () => {
    expect(podTrouble(one({ ready: true, state: { running: {} } }))).toBeUndefined();
    expect(
      podTrouble(one({ state: { waiting: { reason: 'ContainerCreating' } } })),
    ).toBeUndefined();
    expect(podTrouble(one({ state: { waiting: { reason: 'PodInitializing' } } }))).toBeUndefined();
    expect(podTrouble({})).toBeUndefined();
    const scheduled = { type: 'PodScheduled', status: 'True' };
    expect(podTrouble(pod({ conditions: [scheduled] }))).toBeUndefined();
    const init = container({ state: { terminated: { exitCode: 0 } } });
    expect(podTrouble(pod({ initContainerStatuses: [init] }))).toBeUndefined();
  });

  it('reports a container whose startup probe has not passed', () => {
    expect(podTrouble(one({ state: { running: {} }, started: false }))).toEqual({
      text: 'pod multus-x on node-1: container kube-multus: it runs, but its startup probe has not passed yet',
      hopeless: false,
    });
  });

  it('reports an image that cannot be pulled', () => {
    const waiting = { reason: 'ImagePullBackOff', message: 'Back-off pulling image "x"' };
    expect(podTrouble(one({ state: { waiting } }))).toEqual({
      text: 'pod multus-x on node-1: container kube-multus: ImagePullBackOff: Back-off pulling image "x"',
      hopeless: false,
    });
  });

  it('knows when waiting cannot help', () => {
    expect(podTrouble(one({ state: { waiting: { reason: 'InvalidImageName' } } }))?.hopeless).toBe(
      true,
    );
  });

  it('quotes the last line of a container that keeps crashing', () => {
    const trouble = podTrouble(
      one({
        state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s' } },
        lastState: {
          terminated: { exitCode: 1, reason: 'Error', message: 'starting\nno 10-aws.conflist\n' },
        },
      }),
    );
    expect(trouble?.text).toContain(
      'CrashLoopBackOff: back-off 10s last: Error with exit code 1: no 10-aws.conflist',
    );
  });

  it('reports a container that ended, init containers first', () => {
    const init = container({ name: 'install', state: { terminated: { exitCode: 2 } } });
    const main = container({ state: { waiting: { reason: 'PodInitializing' } } });
    const trouble = podTrouble(pod({ initContainerStatuses: [init], containerStatuses: [main] }));
    expect(trouble?.text).toBe(
      'pod multus-x on node-1: container install: last: ended with exit code 2',
    );
  });

  it('says why a pod has no node', () => {
    const conditions = [
      { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/2 nodes fit' },
    ];
    expect(podTrouble({ metadata: { name: 'p' }, status: { conditions } })?.text).toBe(
      'pod p: Unschedulable: 0/2 nodes fit',
    );
    const silent = [{ type: 'PodScheduled', status: 'False' }];
    expect(podTrouble({ status: { conditions: silent } })?.text).toBe('pod : not scheduled: ');
  });
});
