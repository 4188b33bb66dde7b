import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EC2Client } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureTools, type Tools } from '../../tools/install/tools.ts';
import { run } from '../../tools/process.ts';
import { consoleProgress } from '../../tools/progress.ts';
import { createControlPlanes, type LocalControlPlanes } from './control-plane.ts';

const name = 'lab';
const region = 'ap-northeast-2';
const role = (role: string) => `arn:aws:iam::123456789012:role/${role}`;

let tools: Tools;
let runDir: string;
let aws: Server;
let controlPlanes: LocalControlPlanes;
let endpoint: string;

/** As much of EC2 and STS as one cluster needs; the access key names the role. */
function answer(body: string, authorization: string): string {
  const action = new URLSearchParams(body).get('Action');
  const roleName = /Credential=([^/]+)/.exec(authorization)?.[1] ?? '';
  switch (action) {
    case 'CreateNetworkInterface':
      return '<CreateNetworkInterfaceResponse><networkInterface><networkInterfaceId>eni-1</networkInterfaceId><privateIpAddress>127.77.0.1</privateIpAddress></networkInterface></CreateNetworkInterfaceResponse>';
    case 'GetCallerIdentity':
      return `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::123456789012:assumed-role/${roleName}/session</Arn><UserId>AROA:session</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;
    default:
      return `<${action}Response></${action}Response>`;
  }
}

beforeAll(async () => {
  tools = await ensureTools(['control-plane'], consoleProgress());
  runDir = await mkdtemp(join(tmpdir(), 'control-plane-'));
  aws = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    response.end(answer(body, request.headers.authorization ?? ''));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => aws.once('listening', resolve));
  const gatewayUrl = `http://127.0.0.1:${(aws.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'eks', secretAccessKey: 'eks' };
  const ec2 = new EC2Client({ endpoint: gatewayUrl, region, credentials });
  const folders = { runDir, logDir: join(runDir, 'logs') };
  controlPlanes = createControlPlanes({ tools, ...folders, gatewayUrl, ec2In: () => ec2 });
  const spec = { name, version: '1.34', serviceCidr: '10.100.0.0/16', region };
  ({ endpoint } = await controlPlanes.create({ ...spec, subnetIds: ['subnet-1'], vpcId: 'vpc-1' }));
});
afterAll(async () => {
  await controlPlanes?.stop();
  aws?.close();
  await rm(runDir, { recursive: true, force: true });
});

/**
 * The user name that the API server gives to the holder of a role's credentials. Rejects when nothing maps the
 * role.
 */
async function whoAmI(roleName: string): Promise<string> {
  const token = await run(
    join(tools.bin, 'aws-iam-authenticator'),
    ['token', '-i', name, '--token-only', '--region', region],
    { env: { AWS_ACCESS_KEY_ID: roleName, AWS_SECRET_ACCESS_KEY: 'x' } },
  );
  const authority = join(runDir, 'clusters', name, 'pki', 'ca.crt');
  return run(join(tools.bin, 'kubectl'), [
    '--kubeconfig',
    '/dev/null',
    '--server',
    endpoint,
    '--certificate-authority',
    authority,
    '--token',
    token.trim(),
    'auth',
    'whoami',
    '-o',
    'jsonpath={.status.userInfo.groups}',
  ]);
}

const standard = { type: 'STANDARD', username: 'me', kubernetesGroups: ['readers'] };

describe('a control plane', () => {
  it('refuses a role that nothing maps', async () => {
    await expect(whoAmI('stranger')).rejects.toThrow('Unauthorized');
  });

  it('admits by access entries, only while they exist', async () => {
    await controlPlanes.admit(name, [{ ...standard, principalArn: role('dev'), policyArns: [] }]);
    await expect.poll(() => whoAmI('dev').catch(() => '')).toContain('readers');
    await controlPlanes.admit(name, []);
    await expect.poll(() => whoAmI('dev').catch(String)).toContain('Unauthorized');
  });

  it('admits by the aws-auth ConfigMap', async () => {
    const mapRoles = JSON.stringify([{ rolearn: role('ops'), username: 'ops', groups: ['ops'] }]);
    const configMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      data: { mapRoles },
      metadata: { name: 'aws-auth', namespace: 'kube-system' },
    };
    const kubeconfig = controlPlanes.kubeconfig(name) ?? '';
    await run(join(tools.bin, 'kubectl'), ['--kubeconfig', kubeconfig, 'apply', '-f', '-'], {
      input: JSON.stringify(configMap),
    });
    await expect.poll(() => whoAmI('ops').catch(() => '')).toContain('ops');
  });

  it('keeps its objects and its users when its programs are replaced', async () => {
    const kubectl = (...args: readonly string[]) =>
      run(join(tools.bin, 'kubectl'), [
        '--kubeconfig',
        controlPlanes.kubeconfig(name) ?? '',
        ...args,
      ]);
    await kubectl('create', 'namespace', 'kept');
    await controlPlanes.upgrade(name, '1.35');
    expect(await kubectl('get', 'namespace', 'kept', '-o', 'name')).toContain('namespace/kept');
    expect(await whoAmI('ops')).toContain('ops');
    expect(await controlPlanes.nodes(name)).toEqual([]);
    // The controllers make it for each new namespace.
    await kubectl('create', 'namespace', 'new');
    const account = () => kubectl('-n', 'new', 'get', 'serviceaccount', 'default', '-o', 'name');
    await expect.poll(() => account().catch(() => '')).toContain('default');
  });

  it('is gone after its deletion, which can be repeated', async () => {
    await controlPlanes.delete(name);
    await controlPlanes.delete(name);
    await expect(fetch(endpoint)).rejects.toThrow();
    expect(await run('ip', ['address', 'show', 'dev', 'lo'])).not.toContain('127.77.0.1');
  });
});
