import { afterEach, expect, it } from 'vitest';
import { fakeClock } from '../../../dev/testing/fakes/fake-clock.ts';
import { recordingLog } from '../../../dev/testing/fakes/recording-log.ts';
import {
  type KubeServer,
  refusal,
  startKubeServer,
} from '../../../dev/testing/servers/kube-server.ts';
import { connect } from '../../kubernetes/connection.ts';
import { probeCluster } from './kubernetes-cluster.ts';

let server: KubeServer | undefined;
afterEach(() => server?.close());

/** A cluster whose API server refuses each request once, with this status. */
async function refusing(status: number) {
  server = await startKubeServer(({ path }, asked) =>
    asked === 0 && !path.includes('selfsubject')
      ? refusal(status, 'not now')
      : { status: 200, body: { items: [], status: { userInfo: { username: 'u' } } } },
  );
  const address = { kind: 'kubeconfig', path: server.kubeconfig } as const;
  const credentials = () => Promise.reject(new Error('none needed'));
  const connection = await connect(address, {
    log: recordingLog(),
    credentials,
    clock: fakeClock(),
  });
  return probeCluster(connection, 'default');
}

it('gets a request again after a failure', async () => {
  const cluster = await refusing(503);
  expect(await cluster.nodes()).toEqual([]);
  await cluster.deletePodsOf('run');
});

it('is asked again for a pod that it could not count', async () => {
  const cluster = await refusing(409);
  await cluster.createPod({ metadata: { name: 'a' } });
  const made = server?.requests.filter(({ path }) => path.includes('/pods'));
  expect(made?.map(({ method }) => method)).toEqual(['POST', 'POST']);
});
