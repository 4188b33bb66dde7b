import { CreateVpcCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { CreateRoleCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeNamespaces } from '../../../dev/testing/fakes/fake-namespaces.ts';
import { type JobInAws, startJobInAws } from '../../../dev/testing/programs/job-in-aws.ts';
import { LAB_INPUTS } from '../../../dev/testing/samples/lab-inputs.ts';
import { messageOf } from '../../core/errors.ts';
import { reportMarkdown } from '../report.ts';
import { tryInProcess } from '../testing/provision-in-process.ts';

type Texts = Readonly<Record<string, string>>;

/** The AWS of the whole file. `denied` are the calls that it refuses from now on. */
let job: JobInAws;
const denied = new Set<string>();

beforeAll(async () => {
  job = await startJobInAws({
    answers: [
      async ({ service, action }) => {
        if (!denied.has(`${service}:${action}`)) return undefined;
        const [type, code] =
          service === 'ec2'
            ? ['text/xml', 'UnauthorizedOperation']
            : ['application/json', 'AccessDeniedException'];
        const xml = `<Response><Errors><Error><Code>${code}</Code><Message>no</Message></Error></Errors></Response>`;
        const iam =
          '<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>';
        const body =
          service === 'iam'
            ? iam
            : service === 'ec2'
              ? xml
              : JSON.stringify({ __type: code, message: 'no' });
        return { status: 403, headers: { 'content-type': type }, body };
      },
    ],
  });
  for (const [name, value] of Object.entries(job.env)) vi.stubEnv(name, value);
});
beforeEach(() => denied.clear());
afterAll(async () => {
  vi.unstubAllEnvs();
  await job?.stop();
});

const NO_CLUSTER = fakeNamespaces().api;
const READ_ONLY = /^(sts|ssm):|:(Describe|List|Get|Simulate)|:GET /;

/** Checks the lab with changed inputs, and says which calls that took. */
async function check(changes: Texts = {}) {
  const before = job.aws.aws.gateway.calls().length;
  const { roles } = job;
  const began = Date.now();
  const { report, failure } = await tryInProcess(
    { ...LAB_INPUTS, ...roles, command: 'check', ...changes },
    { speed: 1, kubernetes: NO_CLUSTER },
  );
  const ms = Date.now() - began;
  const calls = job.aws.aws.gateway
    .calls()
    .slice(before)
    // The stand-in's own calls to moto come from no job.
    .filter(({ accessKey }) => accessKey !== 'AKIAREHEARSALSERVICE')
    .map(({ service, action }) => `${service}:${action}`);
  return {
    markdown: reportMarkdown(report),
    message: failure ? messageOf(failure) : '',
    calls,
    ms,
  };
}

const group = (text: string) => ({
  'node-groups': `- { name: ng1, zone: ap-northeast-2a, ${text} }`,
});

describe('a good set-up', () => {
  // A busy machine has three tries to be quick once.
  it('costs at most 15 calls, none of which changes anything, and 5 seconds', {
    retry: 2,
  }, async () => {
    const { markdown, message, calls, ms } = await check();
    expect(message).toBe('');
    expect(markdown).not.toMatch(/problem|notice|not checked/);
    expect(markdown).toContain('| Permissions of the deploying role | good |');
    expect(calls.length, calls.join('\n')).toBeLessThanOrEqual(15);
    expect(calls.length).toBeGreaterThan(10);
    for (const call of calls) expect(call).toMatch(READ_ONLY);
    expect(ms).toBeLessThan(5000);
  });
});

describe('a wrong set-up', () => {
  it('is refused with all its problems together, and nothing is made', async () => {
    const { markdown, message, calls } = await check({
      'availability-zones': 'ap-northeast-2a,ap-northeast-2e',
      'kubernetes-version': '1.99',
      'key-name': 'typo',
      'admin-role-arns': 'arn:aws:iam::123456789012:role/typo',
      ...group('instance-type: p5.48xlarge'),
    });
    expect(message).toContain('problems, and nothing was made');
    expect(message).toContain('ap-northeast-2e is not a zone of ap-northeast-2');
    expect(message).toContain('does not offer 1.99');
    expect(message).toContain('has no key pair typo');
    expect(message).toContain('IAM has no role arn:aws:iam::123456789012:role/typo');
    expect(message).toContain('p5.48xlarge of group ng1 has 2 interfaces');
    expect(markdown).toContain('| problem |');
    for (const call of calls) expect(call).toMatch(READ_ONLY);
  });

  it.each([
    [group('instance-type: m9z.xlarge'), 'has no instance type m9z.xlarge'],
    [group('instance-type: g6.xlarge'), '(L-DB2E81BA): 0 of 0 used, and this needs 8 more'],
    [{ 'kubernetes-version': '1.24' }, 'does not offer 1.24; its support ended on 2025-01-31'],
    [
      {
        'aws-region': 'us-east-1',
        'availability-zones': 'us-east-1a,us-east-1e',
        'node-groups': '',
      },
      'us-east-1e is use1-az3, in which EKS makes no cluster',
    ],
  ])('%j', async (changes, says) => {
    expect((await check(changes as Texts)).message).toContain(says);
  });

  it('a role without permissions', async () => {
    const trust = { Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }] };
    const { Role } = await job.aws.clients.iam.send(
      new CreateRoleCommand({
        RoleName: 'may-nothing',
        AssumeRolePolicyDocument: JSON.stringify(trust),
      }),
    );
    const { message } = await check({ 'cloudformation-role-arn': Role?.Arn ?? '' });
    expect(message).toContain('role/may-nothing may not');
    expect(message).toContain('eks:CreateCluster');
  });

  it('an account with as many VPCs as it may have', async () => {
    for (let count = 0; count < 4; count += 1) {
      await job.aws.clients.ec2.send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }));
    }
    expect((await check()).message).toContain('(L-F678F1CE): 5 of 5 used, and this needs 1 more');
    // A deploy stops there, too, before it makes its bucket.
    const { calls, message } = await check({ command: 'deploy' });
    expect(message).toContain('(L-F678F1CE)');
    for (const call of calls) expect(call).toMatch(READ_ONLY);
  });
});

describe('what AWS does not let it ask', () => {
  it('is said, and the rest is checked', async () => {
    denied
      .add('ec2:DescribeVpcs')
      .add('eks:GET /cluster-versions')
      .add('iam:SimulatePrincipalPolicy');
    const { markdown, message } = await check({
      'availability-zones': 'ap-northeast-2a,ap-northeast-2e',
    });
    expect(markdown).toContain('| not checked | the role may not ec2:DescribeVpcs |');
    expect(markdown).toContain('the role may not eks:DescribeClusterVersions');
    expect(markdown).toContain('the role may not iam:SimulatePrincipalPolicy');
    expect(message).toContain('ap-northeast-2e is not a zone');
  });

  it('permissions are tried by dry runs, when the role makes everything itself', async () => {
    denied.add('iam:SimulatePrincipalPolicy');
    const { message, calls } = await check({ 'cloudformation-role-arn': '' });
    expect(message).toContain(
      'may not ec2:CreateVpc, ec2:CreateInternetGateway, ec2:AllocateAddress on *',
    );
    expect(calls).toContain('ec2:CreateVpc');
    const { Vpcs = [] } = await job.aws.clients.ec2.send(new DescribeVpcsCommand({}));
    expect(Vpcs.map(({ CidrBlock }) => CidrBlock)).not.toContain('10.0.0.0/16');
  });
});
