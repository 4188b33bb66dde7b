import { CreateSubnetCommand, CreateVpcCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CreateClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import {
  CreateRoleCommand,
  PutRolePolicyCommand,
  SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam';
import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { REGION } from '../../../stand-ins/aws/testing/local-aws.ts';
import type { Provocations, World } from './world.ts';

const CREDENTIALS = { accessKeyId: 'AKIAREHEARSALACCOUNT', secretAccessKey: 's' };
const ROLES = 'arn:aws:iam::123456789012:role';

function quota({ aws }: World, ServiceCode: string, QuotaCode: string) {
  const config = { endpoint: aws.endpoint, region: REGION, credentials: CREDENTIALS };
  const quotas = new ServiceQuotasClient(config);
  return quotas.send(new GetServiceQuotaCommand({ ServiceCode, QuotaCode }));
}

function simulate({ clients }: World, role: string) {
  const PolicySourceArn = `${ROLES}/${role}`;
  const asked = { ActionNames: ['s3:GetObject'], ResourceArns: ['arn:aws:s3:::bucket/key'] };
  return clients.iam.send(new SimulatePrincipalPolicyCommand({ PolicySourceArn, ...asked }));
}

/** A role that may read objects only with a tag of the request, which the simulation does not get. */
async function roleWithCondition({ clients }: World): Promise<string> {
  const RoleName = 'facts-simulated';
  const Version = '2012-10-17';
  const Condition = { StringEquals: { 'aws:RequestTag/team': 'lab' } };
  const statement = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*', Condition };
  const PolicyDocument = JSON.stringify({ Version, Statement: [statement] });
  const AssumeRolePolicyDocument = JSON.stringify({ Version, Statement: [] });
  await clients.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  await clients.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'p', PolicyDocument }));
  return RoleName;
}

/** A cluster in us-east-1, in whose zone e EKS has no room. */
async function clusterWithoutRoom({ aws }: World) {
  const config = { endpoint: aws.endpoint, region: 'us-east-1', credentials: CREDENTIALS };
  const ec2 = new EC2Client(config);
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  const subnets = ['a', 'e'].map(async (zone, index) => {
    const place = { CidrBlock: `10.0.${index}.0/24`, AvailabilityZone: `us-east-1${zone}` };
    const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: Vpc?.VpcId, ...place }));
    return Subnet?.SubnetId ?? '';
  });
  const resourcesVpcConfig = { subnetIds: await Promise.all(subnets) };
  const cluster = { name: 'facts', roleArn: `${ROLES}/facts`, resourcesVpcConfig };
  return new EKSClient(config).send(new CreateClusterCommand(cluster));
}

/** How to provoke the answers on which the preflight relies. */
export const PREFLIGHT: Provocations = {
  'dry-run-allowed': ({ clients }) =>
    clients.ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16', DryRun: true })),
  'quota-value': (world) => quota(world, 'vpc', 'L-F678F1CE'),
  'quota-without-value': (world) => quota(world, 'vpc', 'L-00000000'),
  simulation: async (world) => simulate(world, await roleWithCondition(world)),
  'simulation-of-unknown-role': (world) => simulate(world, 'nobody'),
  'zone-not-taken': clusterWithoutRoom,
};
