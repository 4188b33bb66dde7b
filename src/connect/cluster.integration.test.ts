import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EC2Client } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createControlPlanes,
  type LocalControlPlanes,
} from '../../dev/stand-ins/cluster/control-plane.ts';
import { type OidcIssuer, startOidcIssuer } from '../../dev/stand-ins/github/oidc.ts';
import { runSource } from '../../dev/testing/programs/run-bundle.ts';
import { labEnvironment } from '../../dev/testing/samples/lab-environment.ts';
import { ensureTools, type Tools } from '../../dev/tools/install/tools.ts';
import { run } from '../../dev/tools/process.ts';
import { consoleProgress } from '../../dev/tools/progress.ts';
import { TOKEN_VARIABLE } from './kubeconfig-file.ts';

const NAME = 'eks-multus-cluster';
const REGION = 'ap-northeast-2';
const USER = 'arn:aws:iam::123456789012:role/eks-multus-user';
const SECRET = 'a-secret-that-nobody-sees';

let tools: Tools;
let folder: string;
let aws: Server;
let assumed = 0;
let issuer: OidcIssuer;
let controlPlanes: LocalControlPlanes;
/** What a job has around it: AWS, GitHub's ID tokens, the folders of the runner. */
let job: NodeJS.ProcessEnv;
let environment: string;

/** As much of EC2 and STS as one cluster and its users need. The access key names the role. */
function answer(body: string, authorization: string): string {
  const action = new URLSearchParams(body).get('Action');
  const role = /Credential=([^/]+)/.exec(authorization)?.[1] ?? '';
  switch (action) {
    case 'CreateNetworkInterface':
      return '<CreateNetworkInterfaceResponse><networkInterface><networkInterfaceId>eni-1</networkInterfaceId><privateIpAddress>127.77.0.9</privateIpAddress></networkInterface></CreateNetworkInterfaceResponse>';
    case 'GetCallerIdentity':
      return `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::123456789012:assumed-role/${role}/session</Arn><UserId>AROA:session</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;
    case 'AssumeRoleWithWebIdentity':
      assumed += 1;
      return `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>eks-multus-user</AccessKeyId><SecretAccessKey>${SECRET}</SecretAccessKey><SessionToken>session</SessionToken><Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;
    default:
      return `<${action}Response></${action}Response>`;
  }
}

beforeAll(async () => {
  tools = await ensureTools(['control-plane'], consoleProgress());
  folder = mkdtempSync(join(tmpdir(), 'connect-'));
  aws = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    response.setHeader('content-type', 'text/xml');
    response.end(answer(body, request.headers.authorization ?? ''));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => aws.once('listening', resolve));
  const gatewayUrl = `http://127.0.0.1:${(aws.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'eks', secretAccessKey: 'eks' };
  const ec2 = new EC2Client({ endpoint: gatewayUrl, region: REGION, credentials });
  const folders = { runDir: folder, logDir: join(folder, 'logs') };
  controlPlanes = createControlPlanes({ tools, ...folders, gatewayUrl, ec2In: () => ec2 });
  const spec = { name: NAME, version: '1.34', serviceCidr: '10.100.0.0/16', region: REGION };
  const made = await controlPlanes.create({ ...spec, subnetIds: ['subnet-1'], vpcId: 'vpc-1' });
  const policyArns = ['arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy'];
  const entry = { type: 'STANDARD', username: '', kubernetesGroups: [], policyArns };
  await controlPlanes.admit(NAME, [{ ...entry, principalArn: USER }]);
  issuer = await startOidcIssuer(0, {
    repository: 'acme/lab',
    ref: 'refs/heads/main',
    workflow: 'x.yml',
    environment: 'eks-multus-previews',
  });
  const { cluster, ...lab } = labEnvironment();
  const { endpoint, certificateAuthority } = made;
  environment = JSON.stringify({
    ...lab,
    cluster: { ...cluster, endpoint, certificateAuthority },
  });
  job = {
    PATH: process.env['PATH'],
    HOME: folder,
    RUNNER_TEMP: folder,
    GITHUB_ENV: join(folder, 'env'),
    AWS_ENDPOINT_URL: gatewayUrl,
    ACTIONS_ID_TOKEN_REQUEST_URL: issuer.requestUrl,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: issuer.requestToken,
  };
  writeFileSync(join(folder, 'env'), '');
}, 300_000);

afterAll(async () => {
  await controlPlanes?.stop();
  aws?.close();
  await issuer?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('a job that connects', () => {
  let kubeconfig: string;

  it('checks that the cluster lets it in, and gives later steps a kubeconfig without a secret', async () => {
    const inputs = { environment, 'role-to-assume': USER };
    const { errors, log, outputs } = await runSource('connect', inputs, job);
    expect(errors, log).toEqual([]);
    kubeconfig = outputs['kubeconfig'] ?? '';
    expect(readFileSync(join(folder, 'env'), 'utf8')).toContain(kubeconfig);
    expect(outputs).toMatchObject({ 'cluster-name': NAME, namespace: 'default' });
    expect(readFileSync(kubeconfig, 'utf8')).not.toMatch(/k8s-aws-v1|a-secret|session/);
  }, 120_000);

  const kubectl = (args: readonly string[], input?: string) =>
    run(join(tools.bin, 'kubectl'), args, {
      env: { ...job, KUBECONFIG: kubeconfig },
      ...(input === undefined ? {} : { input }),
    });

  it('deploys an application with kubectl, which takes on the role anew', async () => {
    const before = assumed;
    const map = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'mine' },
      data: { a: 'b' },
    };
    await kubectl(['apply', '--filename', '-'], JSON.stringify(map));
    expect(await kubectl(['get', 'configmap', 'mine', '--output', 'jsonpath={.data.a}'])).toBe('b');
    const user = await kubectl(['auth', 'whoami', '--output', 'jsonpath={.status.userInfo}']);
    expect(user).toContain('assumed-role/eks-multus-user/session');
    expect(assumed).toBeGreaterThan(before);
  }, 120_000);

  it('prints nothing but the credential, and masks it on the other stream', async () => {
    const { exec } = JSON.parse(readFileSync(kubeconfig, 'utf8')).users[0].user;
    const settings = exec.env.find(({ name }: { name: string }) => name === TOKEN_VARIABLE);
    const env = { ...job, [TOKEN_VARIABLE]: settings.value };
    const { status } = JSON.parse(await run(exec.command, exec.args, { env }));
    expect(status.token).toMatch(/^k8s-aws-v1\./);
    const minutes = (Date.parse(status.expirationTimestamp) - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(12);
    expect(minutes).toBeLessThan(15);
  });
});
