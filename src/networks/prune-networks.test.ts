import { afterEach, expect, it } from 'vitest';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import {
  type KubeServer,
  refusal,
  startKubeServer,
} from '../../dev/testing/servers/kube-server.ts';
import { connect } from '../kubernetes/connection.ts';
import { pruneNetworks } from './definition-store.ts';

let server: KubeServer | undefined;
afterEach(() => server?.close());

it('retries when the API server does not answer', async () => {
  server = await startKubeServer(({ path }, asked) =>
    path.includes('network-attachment-definitions') && asked < 3
      ? refusal(503, 'not now')
      : { status: 200, body: { items: [], status: { userInfo: { username: 'u' } } } },
  );
  const address = { kind: 'kubeconfig', path: server.kubeconfig } as const;
  const credentials = () => Promise.reject(new Error('none needed'));
  const log = recordingLog();
  const connection = await connect(address, { log, credentials });
  await pruneNetworks(connection, [], ['default'], log);
  expect(log.lines.at(-1)).toContain('Nothing to remove');
});
