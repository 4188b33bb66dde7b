import {
  CloudFormationClient,
  CreateChangeSetCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation';
import { CreateVpcCommand, DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareAccount, serviceRoleArn } from '../account.ts';
import { eventually, REGION } from '../testing/local-aws.ts';
import { startTestAws, type TestAws } from '../testing/stand-in.ts';

const ROLE =
  'iam:CreateRole on resource: arn:aws:iam::123456789012:role/eks-multus-lab-0-HookRole-';

let test: TestAws;
let config: { endpoint: string; region: string; credentials: Credentials; maxAttempts: number };
let roleArn: string;

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

beforeAll(async () => {
  test = await startTestAws();
  const owner = { endpoint: test.endpoint, region: REGION, account: '123456789012' };
  const deployer = await prepareAccount({ ...owner, repository: 'acme/telecom-lab' });
  roleArn = serviceRoleArn(deployer);
  const assume = new AssumeRoleCommand({ RoleArn: deployer, RoleSessionName: 'job' });
  const { Credentials: given } = await test.clients.sts.send(assume);
  const credentials = {
    accessKeyId: given?.AccessKeyId ?? '',
    secretAccessKey: given?.SecretAccessKey ?? '',
    sessionToken: given?.SessionToken ?? '',
  };
  config = { endpoint: test.endpoint, region: REGION, credentials, maxAttempts: 1 };
});

afterAll(() => test?.stop());

describe('a job with the deployer role', () => {
  it('may do what its policy allows', async () => {
    const ec2 = new EC2Client(config);
    expect((await ec2.send(new DescribeVpcsCommand({}))).Vpcs).toBeDefined();
  });

  it('is refused by each service in its own way', async () => {
    const vpc = new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' });
    await expect(new EC2Client(config).send(vpc)).rejects.toMatchObject({
      name: 'UnauthorizedOperation',
      message: expect.stringContaining('no identity-based policy allows the ec2:CreateVpc action'),
      $metadata: { httpStatusCode: 403 },
    });
    const cluster = new DescribeClusterCommand({ name: 'payments' });
    await expect(new EKSClient(config).send(cluster)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('assumed-role/eks-multus-deployer/job is not authorized'),
    });
    const stolen = new PutObjectCommand({ Bucket: 'team-b', Key: 'code.zip', Body: 'x' });
    const s3 = new S3Client({ ...config, forcePathStyle: true });
    await expect(s3.send(stolen)).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('gives CloudFormation no template without the service role', async () => {
    await expect(makeChangeSet({}, undefined)).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('cloudformation:CreateChangeSet on resource: '),
      $metadata: { httpStatusCode: 403 },
    });
  });
});

describe('CloudFormation with the service role', () => {
  it.each([
    ['refuses a role without the boundary', undefined, 'ROLLBACK_COMPLETE'],
    ['makes a role with it', 'eks-multus-cloudformation-boundary', 'CREATE_COMPLETE'],
  ])('%s', async (_, boundary, status) => {
    const PermissionsBoundary = `arn:aws:iam::123456789012:policy/${boundary}`;
    const stack = await deploy(boundary === undefined ? {} : { PermissionsBoundary });
    expect(stack.StackStatus).toBe(status);
    const events = new DescribeStackEventsCommand({ StackName: stack.StackId });
    const { StackEvents = [] } = await stacks().send(events);
    const failed = StackEvents.filter((event) => event.ResourceStatus === 'CREATE_FAILED');
    const reasons = failed.map((event) => event.ResourceStatusReason ?? '').join();
    if (boundary === undefined) expect(reasons).toContain(ROLE);
    else expect(reasons).toBe('');
  });
});

const stacks = () => new CloudFormationClient(config);

/** Deploys a stack with one role, under a name of its own. */
async function deploy(properties: object) {
  const { Id: ChangeSetName, StackId: StackName } = await makeChangeSet(properties, roleArn);
  await eventually(async () => {
    const set = await stacks().send(new DescribeChangeSetCommand({ ChangeSetName }));
    return set.Status === 'CREATE_COMPLETE';
  });
  await stacks().send(new ExecuteChangeSetCommand({ ChangeSetName }));
  return eventually(async () => {
    const { Stacks: [stack] = [] } = await stacks().send(new DescribeStacksCommand({ StackName }));
    return stack?.StackStatus?.endsWith('IN_PROGRESS') ? undefined : stack;
  });
}

function makeChangeSet(properties: object, RoleARN: string | undefined) {
  const Statement = [
    { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ];
  const Properties = {
    AssumeRolePolicyDocument: { Version: '2012-10-17', Statement },
    ...properties,
  };
  const Resources = { HookRole: { Type: 'AWS::IAM::Role', Properties } };
  return stacks().send(
    new CreateChangeSetCommand({
      StackName: `eks-multus-lab-${Object.keys(properties).length}`,
      ChangeSetName: 'c',
      ChangeSetType: 'CREATE',
      Capabilities: ['CAPABILITY_IAM'],
      TemplateBody: JSON.stringify({ Resources }),
      RoleARN,
    }),
  );
}
