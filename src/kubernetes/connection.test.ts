import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { fakeClock } from '../../dev/testing/fakes/fake-clock.ts';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import {
  type KubeServer,
  refusal,
  startKubeServer,
} from '../../dev/testing/servers/kube-server.ts';
import { CloudError, ClusterError, InputError } from '../core/errors.ts';
import { configOf, connect } from './connection.ts';

const IDENTITY = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const ACCESS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
const noCredentials = () => Promise.reject(new Error('not asked for'));
const known = { status: 201, body: { status: { userInfo: { username: 'deployer' } } } };
const patchNodes = { verb: 'patch', resource: 'nodes' };

let server: KubeServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function connectTo(started: KubeServer, needs = [] as (typeof patchNodes)[]) {
  server = started;
  const log = recordingLog();
  const clock = fakeClock();
  const address = { kind: 'kubeconfig', path: started.kubeconfig } as const;
  const options = { log, clock, needs, credentials: noCredentials, patienceMs: 20_000 };
  return { log, clock, result: connect(address, options) };
}

describe('connect', () => {
  it('reads our user name', async () => {
    const { log, result } = await connectTo(await startKubeServer(() => known));
    const connection = await result;
    expect(connection.user).toBe('deployer');
    expect(connection.cluster).toBe('test-cluster');
    expect(log.lines).toEqual(['Connected to cluster test-cluster as deployer']);
    expect(server?.requests).toMatchObject([
      { method: 'POST', path: IDENTITY, authorization: 'Bearer secret-token' },
    ]);
  });

  it('tries again until the API server sees the access entry', async () => {
    const started = await startKubeServer((_request, asked) =>
      asked < 3 ? refusal(401, 'Unauthorized') : known,
    );
    const { log, result, clock } = await connectTo(started);
    await result;
    expect(clock.now()).toBe(6000);
    expect(log.lines[0]).toBe('Not let in yet (401 Unauthorized); trying again');
    expect(log.lines.length).toBe(2);
  });

  it('gives up on an identity that stays unknown, and says what to do', async () => {
    const started = await startKubeServer(() => refusal(401, 'Unauthorized'));
    const { result, clock } = await connectTo(started);
    const error = await result.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ClusterError);
    expect(String(error)).toMatch(
      /test-cluster: .*does not let the user of the kubeconfig in \(401/,
    );
    expect(String(error)).toMatch(/access entry/);
    expect(clock.now()).toBe(20_000);
    expect(String(error)).not.toContain('secret-token');
  });

  it('fails at once when another server answers', async () => {
    const { result, clock } = await connectTo(await startKubeServer(() => refusal(404, 'no such')));
    await expect(result).rejects.toThrow(/no usable answer from the API server \(404 no such\)/);
    expect(clock.now()).toBe(0);
  });

  it('waits until the needed access is allowed', async () => {
    const started = await startKubeServer(({ path }, asked) =>
      path === IDENTITY ? known : { status: 201, body: { status: { allowed: asked > 0 } } },
    );
    const { result, clock } = await connectTo(started, [patchNodes]);
    await result;
    expect(clock.now()).toBe(2000);
    expect(server?.requests.at(-1)).toMatchObject({
      path: ACCESS,
      body: { spec: { resourceAttributes: patchNodes } },
    });
  });

  it('names the access that is not allowed', async () => {
    const started = await startKubeServer(({ path }) =>
      path === IDENTITY ? known : { status: 201, body: { status: { allowed: false } } },
    );
    const needs = [
      { ...patchNodes, group: 'apps', namespace: 'kube-system', subresource: 'scale' },
    ];
    const { result } = await connectTo(started, needs);
    await expect(result).rejects.toThrow(
      /user deployer may not patch nodes\/scale\.apps in kube-system/,
    );
  });
});

describe('a server that does not answer', () => {
  it('is tried until the patience runs out', async () => {
    const started = await startKubeServer(() => known);
    const folder = await mkdtemp(join(tmpdir(), 'connection-'));
    const path = join(folder, 'kubeconfig');
    await copyFile(started.kubeconfig, path);
    await started.close();
    const clock = fakeClock();
    const options = { log: recordingLog(), clock, credentials: noCredentials, patienceMs: 5000 };
    const result = connect({ kind: 'kubeconfig', path }, options);
    await expect(result).rejects.toThrow(/no usable answer from the API server .*ECONNREFUSED/);
    expect(clock.now()).toBe(5000);
    await rm(folder, { recursive: true });
  });
});

describe('missing AWS credentials', () => {
  const address = {
    kind: 'eks',
    name: 'c',
    endpoint: 'https://127.0.0.1:1',
    region: 'eu-west-1',
    certificateAuthority: '',
  } as const;
  const connectWith = (error: Error) =>
    connect(address, { log: recordingLog(), credentials: () => Promise.reject(error) });

  it('are reported as such, not as a failure of the cluster', async () => {
    const result = connectWith(new Error('Could not load credentials from any providers'));
    await expect(result).rejects.toThrow(CloudError);
    await expect(result).rejects.toThrow(/AWS credentials: Could not load[\s\S]*role-to-assume/);
  });

  it('keep their own explanation', async () => {
    const explained = new CloudError({ resource: 'role r', reason: 'no', nextStep: 'trust it' });
    await expect(connectWith(explained)).rejects.toBe(explained);
  });

  it('keep their own explanation when they expire while we connect', async () => {
    const explained = new CloudError({ resource: 'role r', reason: 'no', nextStep: 'trust it' });
    let asked = 0;
    const credentials = async () => {
      asked += 1;
      if (asked > 1) throw explained;
      return { accessKeyId: 'AKIA', secretAccessKey: 's' };
    };
    await expect(connect(address, { log: recordingLog(), credentials })).rejects.toBe(explained);
  });
});

describe('the client configuration of an EKS cluster', () => {
  const address = {
    kind: 'eks',
    name: 'eks-multus-cluster',
    endpoint: 'https://example.eks.amazonaws.com',
    certificateAuthority: Buffer.from('PEM').toString('base64'),
    region: 'ap-northeast-2',
  } as const;

  it('gives each request and web socket a token from the current credentials', async () => {
    let key = 'AKIAFIRST';
    const credentials = async () => ({ accessKeyId: key, secretAccessKey: 'secret' });
    const eks = configOf(address, credentials);
    const bearer = async () => {
      const options: RequestOptions = {};
      await eks.applyToHTTPSOptions(options);
      const headers = new Headers(options.headers as Record<string, string>);
      const token = headers.get('authorization')?.replace(/^Bearer k8s-aws-v1\./, '') ?? '';
      return Buffer.from(token, 'base64url').toString();
    };
    expect(await bearer()).toContain('X-Amz-Credential=AKIAFIRST');
    key = 'AKIASECOND';
    expect(await bearer()).toContain('X-Amz-Credential=AKIASECOND');
    expect(eks.getCurrentCluster()).toMatchObject({
      name: 'eks-multus-cluster',
      server: address.endpoint,
      caData: address.certificateAuthority,
    });
  });
});

describe('a kubeconfig', () => {
  it.each([
    ['that does not exist', undefined],
    ['that is not YAML', '{'],
    [
      'without a current context',
      'apiVersion: v1\nkind: Config\nclusters: []\nusers: []\ncontexts: []\n',
    ],
  ])('%s is a bad input', async (_name, text) => {
    const folder = await mkdtemp(join(tmpdir(), 'connection-'));
    const path = join(folder, 'kubeconfig');
    if (text !== undefined) await writeFile(path, text);
    const load = () => configOf({ kind: 'kubeconfig', path }, noCredentials);
    expect(load).toThrow(InputError);
    expect(load).toThrow(/Input "kubeconfig"/);
    await rm(folder, { recursive: true });
  });
});
