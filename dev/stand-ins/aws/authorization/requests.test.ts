import { expect, it } from 'vitest';
import { type AwsCall, readCall } from '../gateway/aws-call.ts';
import { cloudFormationRequests } from './requests/cloudformation.ts';
import { ec2Requests } from './requests/ec2.ts';
import { iamRequests } from './requests/iam.ts';
import {
  eksRequests,
  kmsRequests,
  lambdaRequests,
  schedulerRequests,
} from './requests/json-services.ts';
import type { AccountFacts } from './requests/request-facts.ts';
import { s3Requests } from './requests/s3.ts';

const FACTS: AccountFacts = {
  account: '123456789012',
  ec2Tags: async () => ({ 'vpc-0a1b2c3d': { team: 'a' } }),
  vpcOf: async () => 'vpc-0a1b2c3d',
  associated: async () => ['rtb-0a1b2c3d', 'subnet-0a1b2c3d'],
  boundaryOf: async () => 'arn:aws:iam::123456789012:policy/cap',
  groupOf: async () => 'lab-ng1',
  keyTags: async () => ({ team: 'a' }),
  stackTags: async () => ({ 'eks-multus:expires-at': '2026-11-30T12:00:00Z' }),
  stackOf: async () => 'arn:aws:cloudformation:eu-west-1:123456789012:stack/lab/1',
};

function call(service: string, method: string, target: string, body: string): AwsCall {
  const credential = `AWS4-HMAC-SHA256 Credential=ASIA1/20260101/eu-west-1/${service}/aws4_request`;
  const form = 'application/x-www-form-urlencoded';
  const headers = { authorization: credential, 'content-type': body.includes('=') ? form : 'x' };
  return readCall(method, target, headers, Buffer.from(body));
}
const query = (service: string, body: string) => call(service, 'POST', '/', body);

it('checks the VPC and the new subnet of CreateSubnet, and the tags that it sets', async () => {
  const body =
    'Action=CreateSubnet&VpcId=vpc-0a1b2c3d&TagSpecification.1.ResourceType=subnet&TagSpecification.1.Tag.1.Key=k&TagSpecification.1.Tag.1.Value=v';
  const tags = { 'aws:RequestTag/k': 'v', 'aws:TagKeys': ['k'] };
  const arn = 'arn:aws:ec2:eu-west-1:123456789012';
  expect(await ec2Requests(query('ec2', body), FACTS)).toEqual([
    {
      action: 'ec2:CreateSubnet',
      resource: `${arn}:vpc/vpc-0a1b2c3d`,
      context: { 'aws:ResourceTag/team': 'a' },
    },
    { action: 'ec2:CreateSubnet', resource: `${arn}:subnet/new`, context: tags },
    {
      action: 'ec2:CreateTags',
      resource: `${arn}:subnet/new`,
      context: { ...tags, 'ec2:CreateAction': 'CreateSubnet' },
    },
  ]);
});

it('checks the tags of a CreateTags of its own without an action that creates', async () => {
  const body = 'Action=CreateTags&ResourceId.1=vpc-0a1b2c3d&Tag.1.Key=k&Tag.1.Value=v';
  const [request, ...more] = await ec2Requests(query('ec2', body), FACTS);
  expect(more).toEqual([]);
  expect(request?.context).toEqual({
    'aws:RequestTag/k': 'v',
    'aws:TagKeys': ['k'],
    'aws:ResourceTag/team': 'a',
  });
});

it('checks the table and the subnet behind an association', async () => {
  const body = 'Action=DisassociateRouteTable&AssociationId=rtbassoc-0a1b2c3d';
  const resources = (await ec2Requests(query('ec2', body), FACTS)).map(({ resource }) => resource);
  expect(resources.map((arn) => arn.split(':').at(-1))).toEqual([
    'route-table/rtb-0a1b2c3d',
    'subnet/subnet-0a1b2c3d',
  ]);
});

it.each([
  ['DisassociateSubnetCidrBlock', 'subnet-cidr-assoc-0a1b2c3d', 'subnet/subnet-0a1b2c3d'],
  ['DisassociateVpcCidrBlock', 'vpc-cidr-assoc-0a1b2c3d', 'vpc/vpc-0a1b2c3d'],
])('checks what is behind an association for %s', async (action, id, resource) => {
  const facts = { ...FACTS, associated: async () => [resource.split('/')[1] ?? ''] };
  const requests = await ec2Requests(query('ec2', `Action=${action}&AssociationId=${id}`), facts);
  expect(requests.map((one) => one.resource.split(':').at(-1))).toEqual([resource]);
});

it.each([
  ['AssignIpv6Addresses&NetworkInterfaceId=eni-0a1b2c3d', 'network-interface/eni-0a1b2c3d'],
  ['AssociateSubnetCidrBlock&SubnetId=subnet-0a1b2c3d', 'subnet/subnet-0a1b2c3d'],
  ['AssociateVpcCidrBlock&VpcId=vpc-0a1b2c3d', 'vpc/vpc-0a1b2c3d'],
])('checks %s for what it changes', async (body, resource) => {
  const requests = await ec2Requests(query('ec2', `Action=${body}`), FACTS);
  expect(requests.map((one) => one.resource.split(':').at(-1))).toContain(resource);
});

it('checks role, tags and imports of a change set, and the role that it hands over', async () => {
  const role = 'arn:aws:iam::123456789012:role/cfn';
  const body = `Action=CreateChangeSet&StackName=lab&ChangeSetName=c&RoleARN=${role}&ResourcesToImport.member.1.ResourceType=AWS::EC2::VPC`;
  expect(await cloudFormationRequests(query('cloudformation', body), FACTS)).toEqual([
    {
      action: 'cloudformation:CreateChangeSet',
      resource: 'arn:aws:cloudformation:eu-west-1:123456789012:stack/lab/new',
      context: {
        'cloudformation:ChangeSetName': 'c',
        'cloudformation:ImportResourceTypes': ['AWS::EC2::VPC'],
        'cloudformation:RoleArn': role,
      },
    },
    {
      action: 'iam:PassRole',
      resource: role,
      context: { 'iam:PassedToService': 'cloudformation.amazonaws.com' },
    },
  ]);
});

it('checks the stack of a change set that is named by its ARN', async () => {
  const body = 'Action=ExecuteChangeSet&ChangeSetName=arn:aws:cloudformation:x';
  const [request] = await cloudFormationRequests(query('cloudformation', body), FACTS);
  expect(request?.resource).toBe('arn:aws:cloudformation:eu-west-1:123456789012:stack/lab/1');
});

it.each([
  ['Action=CreateRole&RoleName=r&PermissionsBoundary=given', 'given'],
  ['Action=PutRolePolicy&RoleName=r', 'arn:aws:iam::123456789012:policy/cap'],
])('knows the boundary of %s', async (body, boundary) => {
  const [request] = await iamRequests(query('iam', body), FACTS);
  expect(request?.context).toEqual({ 'iam:PermissionsBoundary': boundary });
});

it.each([
  ['GET', '/b?versions&prefix=lab%2F&max-keys=1', '', 's3:ListBucketVersions', 'b'],
  ['PUT', '/b/lab/1/code.zip', '', 's3:PutObject', 'b/lab/1/code.zip'],
  ['GET', '/b/lab/code.zip?versionId=1', '', 's3:GetObjectVersion', 'b/lab/code.zip'],
  ['POST', '/b?delete', '<Key>lab/1</Key>', 's3:DeleteObjectVersion', 'b/lab/1'],
])('S3 %s %s', async (method, target, body, action, resource) => {
  const requests = await s3Requests(call('s3', method, target, body), FACTS);
  expect(requests).toEqual([
    expect.objectContaining({ action, resource: `arn:aws:s3:::${resource}` }),
  ]);
});

it('checks the role and the key of a new cluster', async () => {
  const provider = { keyArn: 'arn:aws:kms:eu-west-1:123456789012:key/1' };
  const body = JSON.stringify({ name: 'lab', roleArn: 'r', encryptionConfig: [{ provider }] });
  const requests = await eksRequests(call('eks', 'POST', '/clusters', body), FACTS);
  const actions = requests.map(({ action }) => action);
  expect(actions).toEqual([
    'eks:CreateCluster',
    'iam:PassRole',
    'kms:DescribeKey',
    'kms:CreateGrant',
  ]);
});

it('checks the role and the code of a new function', async () => {
  const Code = { S3Bucket: 'b', S3Key: 'k', S3ObjectVersion: '1' };
  const body = JSON.stringify({ FunctionName: 'f', Role: 'r', Code });
  const path = '/2015-03-31/functions';
  const requests = await lambdaRequests(call('lambda', 'POST', path, body), FACTS);
  expect(requests.map(({ action, resource }) => `${action} ${resource}`)).toEqual([
    'lambda:CreateFunction arn:aws:lambda:eu-west-1:123456789012:function:f',
    'iam:PassRole r',
    's3:GetObjectVersion arn:aws:s3:::b/k',
  ]);
});

it('knows the tags of a key', async () => {
  const target = { ...query('kms', '{"KeyId":"1"}'), action: 'ScheduleKeyDeletion' };
  const [request] = await kmsRequests(target, FACTS);
  expect(request).toMatchObject({
    resource: 'arn:aws:kms:eu-west-1:123456789012:key/1',
    context: { 'aws:ResourceTag/team': 'a' },
  });
});

it('checks the group of a new schedule, and the role that it hands over', async () => {
  const body = JSON.stringify({ GroupName: 'g', Target: { RoleArn: 'r' } });
  const requests = await schedulerRequests(call('scheduler', 'POST', '/schedules/s', body), FACTS);
  expect(requests).toEqual([
    {
      action: 'scheduler:CreateSchedule',
      resource: 'arn:aws:scheduler:eu-west-1:123456789012:schedule/g/s',
    },
    {
      action: 'iam:PassRole',
      resource: 'r',
      context: { 'iam:PassedToService': 'scheduler.amazonaws.com' },
    },
  ]);
  const path = '/schedules/s?groupName=g';
  const [deletion] = await schedulerRequests(call('scheduler', 'DELETE', path, ''), FACTS);
  expect(deletion).toEqual({
    action: 'scheduler:DeleteSchedule',
    resource: 'arn:aws:scheduler:eu-west-1:123456789012:schedule/g/s',
  });
});

it('knows the tags of a stack that is deleted', async () => {
  const deletion = query('cloudformation', 'Action=DeleteStack&StackName=lab');
  const [request] = await cloudFormationRequests(deletion, FACTS);
  expect(request?.context).toEqual({
    'aws:ResourceTag/eks-multus:expires-at': '2026-11-30T12:00:00Z',
  });
});
