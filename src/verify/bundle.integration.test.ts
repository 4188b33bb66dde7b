import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ActionProcess,
  startActionProcess,
} from '../../dev/testing/programs/action-process.ts';
import { expectRefusal } from '../../dev/testing/programs/refusal.ts';
import {
  type BundleRun,
  recordingServer,
  runBundle,
} from '../../dev/testing/programs/run-bundle.ts';
import {
  type KubeServer,
  refusal,
  startKubeServer,
} from '../../dev/testing/servers/kube-server.ts';
import { badInputs } from './testing/bad-inputs.ts';

let cluster: KubeServer;
let aws: Awaited<ReturnType<typeof recordingServer>>;
let action: ActionProcess;

beforeAll(async () => {
  action = startActionProcess('verify');
  cluster = await startKubeServer(() => refusal(404, 'page not found'));
  aws = await recordingServer();
});

afterAll(async () => {
  await action?.stop();
  await cluster.close();
  await aws.close();
});

/** The job's surroundings would lead every call to the servers of this test. */
const surroundings = () => ({
  AWS_ENDPOINT_URL: aws.url,
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_REGION: 'ap-northeast-2',
  KUBECONFIG: cluster.kubeconfig,
});

type Row = (typeof badInputs)[number];

const given = ([, inputs]: Row) =>
  [
    'kubeconfig' in inputs ? { ...inputs, kubeconfig: cluster.kubeconfig } : inputs,
    surroundings(),
  ] as const;

function expectNoCall([, , input, allowed]: Row, run: BundleRun): void {
  expectRefusal(run, { input, allowed });
  expect(cluster.requests).toEqual([]);
  expect(aws.requests).toEqual([]);
}

describe('given bad inputs, the action', () => {
  it.each(badInputs)('%s: one annotation, exit 1, nothing called', async (...row) => {
    expectNoCall(row, await action.run(...given(row)));
  });
});

describe('the bundle', () => {
  it.each(badInputs.filter((_, index) => index % 10 === 0))(
    '%s: one annotation, exit 1, nothing called',
    async (...row) => {
      expectNoCall(row, await runBundle('verify', ...given(row)));
    },
  );

  it('names a missing kubeconfig', async () => {
    const run = await runBundle('verify', { kubeconfig: '/nowhere/config' }, surroundings());
    expect(run.exitCode).toBe(1);
    expect(run.errors).toEqual([
      expect.stringContaining('Input "kubeconfig": got "/nowhere/config"'),
    ]);
  });

  it('calls the cluster with good inputs', async () => {
    const run = await runBundle('verify', { kubeconfig: cluster.kubeconfig }, surroundings());
    expect(run.exitCode).toBe(1);
    expect(run.errors).toEqual([expect.stringContaining('no usable answer from the API server')]);
    expect(cluster.requests).toHaveLength(1);
  });
});
