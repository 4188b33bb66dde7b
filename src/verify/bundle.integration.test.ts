import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordingServer, runBundle } from '../../dev/testing/programs/run-bundle.ts';
import {
  type KubeServer,
  refusal,
  startKubeServer,
} from '../../dev/testing/servers/kube-server.ts';
import { badInputs } from './testing/bad-inputs.ts';

let cluster: KubeServer;
let aws: Awaited<ReturnType<typeof recordingServer>>;

beforeAll(async () => {
  cluster = await startKubeServer(() => refusal(404, 'page not found'));
  aws = await recordingServer();
});

afterAll(async () => {
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

describe('the bundle', () => {
  it.each(badInputs)(
    '%s: one annotation, exit 1, nothing called',
    async (_, given, input, allowed) => {
      const pointed = 'kubeconfig' in given ? { ...given, kubeconfig: cluster.kubeconfig } : given;
      const run = await runBundle('verify', pointed, surroundings());
      expect(run.exitCode, run.log).toBe(1);
      expect(run.errors).toHaveLength(1);
      expect(run.errors[0]).toContain(`Input "${input}": got `);
      expect(run.errors[0]).toMatch(allowed);
      expect(run.outputs).toEqual({
        failure: expect.stringContaining('"title":"Invalid input"'),
      });
      expect(cluster.requests).toEqual([]);
      expect(aws.requests).toEqual([]);
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
