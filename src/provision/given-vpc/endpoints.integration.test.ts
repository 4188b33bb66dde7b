import {
  AuthorizeSecurityGroupIngressCommand,
  CreateVpcEndpointCommand,
  DeleteRouteCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { steadyPacing } from '../../../dev/stand-ins/aws/cloudformation/pacing/pacing.ts';
import { REGION } from '../../../dev/stand-ins/aws/testing/local-aws.ts';
import { fakeNamespaces } from '../../../dev/testing/fakes/fake-namespaces.ts';
import {
  type ForeignVpc,
  foreignVpcInputs,
  makeForeignVpc,
} from '../../../dev/testing/foreign-vpc/foreign-vpc.ts';
import { type JobInAws, startJobInAws } from '../../../dev/testing/programs/job-in-aws.ts';
import { LAB_INPUTS } from '../../../dev/testing/samples/lab-inputs.ts';
import { tryInProcess } from '../testing/provision-in-process.ts';

/** The VPC of another team whose private subnets have no way to the internet, and which gets one endpoint after another. */

const SERVICES = ['ec2', 'ecr.api', 'ecr.dkr', 'eks-auth'];

let job: JobInAws;
let foreign: ForeignVpc;

beforeAll(async () => {
  job = await startJobInAws({ pacing: steadyPacing(20) });
  for (const [name, value] of Object.entries(job.env)) vi.stubEnv(name, value);
  const { endpoint } = job.aws;
  foreign = await makeForeignVpc({ endpoint, account: '123456789012', region: REGION });
  for (const { RouteTableId } of await privateTables()) {
    const route = { RouteTableId, DestinationCidrBlock: '0.0.0.0/0' };
    await foreign.ec2.send(new DeleteRouteCommand(route));
  }
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await job?.stop();
});

async function privateSubnets() {
  const Filters = [
    { Name: 'vpc-id', Values: [foreign.vpcId] },
    { Name: 'tag:kubernetes.io/role/internal-elb', Values: ['1'] },
  ];
  const { Subnets = [] } = await foreign.ec2.send(new DescribeSubnetsCommand({ Filters }));
  return Subnets.flatMap(({ SubnetId }) => SubnetId ?? []);
}

async function privateTables() {
  const ids = await privateSubnets();
  const { RouteTables = [] } = await foreign.ec2.send(new DescribeRouteTablesCommand({}));
  return RouteTables.filter(({ Associations = [] }) =>
    Associations.some(({ SubnetId = '' }) => ids.includes(SubnetId)),
  );
}

/** What `check` says of endpoints: of which services there is none, and which let no node in. */
async function found() {
  const inputs = {
    ...LAB_INPUTS,
    ...job.roles,
    ...foreignVpcInputs(foreign),
    command: 'check',
    internet: 'none',
    'probe-image': `123456789012.dkr.ecr.${REGION}.amazonaws.com/own/busybox:1`,
  };
  const { failure } = await tryInProcess(inputs, { speed: 20, kubernetes: fakeNamespaces().api });
  const said = failure === undefined ? '' : String(failure);
  const named = (pattern: RegExp) => [
    ...new Set([...said.matchAll(pattern)].map(([, service]) => service)),
  ];
  return {
    missing: named(/ no endpoint for (\S+?),? /g),
    closed: named(/ the endpoint vpce-\w+ for (\S+) do not let /g),
  };
}

async function make(service: string): Promise<void> {
  const tables = (await privateTables()).flatMap(({ RouteTableId }) => RouteTableId ?? []);
  const kind =
    service === 's3'
      ? { VpcEndpointType: 'Gateway' as const, RouteTableIds: tables }
      : {
          VpcEndpointType: 'Interface' as const,
          SubnetIds: [...(await privateSubnets())],
          SecurityGroupIds: [foreign.sharedGroupId],
          PrivateDnsEnabled: true,
        };
  const ServiceName = `com.amazonaws.${REGION}.${service}`;
  await foreign.ec2.send(
    new CreateVpcEndpointCommand({ VpcId: foreign.vpcId, ServiceName, ...kind }),
  );
}

it('names each endpoint that is missing, until none is, and those that let no node in', async () => {
  expect(await found()).toEqual({ missing: [...SERVICES, 's3'], closed: [] });
  for (const service of SERVICES) await make(service);
  expect(await found()).toEqual({ missing: ['s3'], closed: SERVICES });
  await make('s3');
  expect(await found()).toEqual({ missing: [], closed: SERVICES });
  const https = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443 };
  await foreign.ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: foreign.sharedGroupId,
      IpPermissions: [{ ...https, IpRanges: [{ CidrIp: '192.168.0.0/16' }] }],
    }),
  );
  expect(await found()).toEqual({ missing: [], closed: [] });
  expect(job.aws.aws.problems()).toEqual([]);
});
