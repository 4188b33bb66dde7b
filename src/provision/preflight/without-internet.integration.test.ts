import { DescribeVpcEndpointsCommand } from '@aws-sdk/client-ec2';
import { DescribeClusterCommand } from '@aws-sdk/client-eks';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { steadyPacing } from '../../../dev/stand-ins/aws/cloudformation/pacing/pacing.ts';
import { pushImage } from '../../../dev/stand-ins/aws/ecr-images.ts';
import { type Inventory, leftovers, takeInventory } from '../../../dev/stand-ins/aws/inventory.ts';
import { REGION } from '../../../dev/stand-ins/aws/testing/local-aws.ts';
import { assignPodPrefix } from '../../../dev/stand-ins/instance/vpc-cni.ts';
import { interfacesOf, readEc2State } from '../../../dev/stand-ins/vpc/ec2-state.ts';
import { reachesInternet, reachesService } from '../../../dev/stand-ins/vpc/reach.ts';
import { fakeNamespaces } from '../../../dev/testing/fakes/fake-namespaces.ts';
import { type JobInAws, startJobInAws } from '../../../dev/testing/programs/job-in-aws.ts';
import { LAB_INPUTS } from '../../../dev/testing/samples/lab-inputs.ts';
import { tryInProcess } from '../testing/provision-in-process.ts';

/** The life of an environment without internet in a VPC of its own, with the roles of `github-oidc.yaml`. */

/** How many times faster the action's clock runs: the stand-in takes almost no time. */
const SPEED = 20;
const CLOSED = {
  internet: 'none',
  'probe-image': `123456789012.dkr.ecr.${REGION}.amazonaws.com/own/busybox:1`,
};

let job: JobInAws;
let counted: Inventory;

beforeAll(async () => {
  job = await startJobInAws({ pacing: steadyPacing(20) });
  for (const [name, value] of Object.entries(job.env)) vi.stubEnv(name, value);
  counted = await inventory();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await job?.stop();
});

const inventory = () => takeInventory({ endpoint: job.aws.endpoint, region: REGION });

async function run(command: string, changes: Readonly<Record<string, string>> = {}) {
  vi.stubEnv('GITHUB_RUN_ID', crypto.randomUUID());
  const inputs = { ...LAB_INPUTS, ...job.roles, command, ...changes };
  const { report, failure } = await tryInProcess(inputs, {
    speed: SPEED,
    kubernetes: fakeNamespaces().api,
  });
  if (failure !== undefined) throw failure;
  return report.outputs;
}

async function interfaceEndpoints() {
  const { VpcEndpoints = [] } = await job.aws.clients.ec2.send(new DescribeVpcEndpointsCommand({}));
  return VpcEndpoints.filter(({ VpcEndpointType }) => VpcEndpointType === 'Interface');
}

const HERE = `123456789012.dkr.ecr.${REGION}.amazonaws.com`;

it('names each image that is not there before anything is made, and makes nothing', async () => {
  const place = { endpoint: job.aws.endpoint, region: REGION };
  await pushImage(place, 'mirror/docker/library/busybox', '1.37');
  await pushImage(place, 'mirror/eks/multus-cni', 'v4.1.4-eksbuild.3_thick');
  const networks = { 'then-configure': 'true', networks: '[{ name: a, network: 1 }]' };
  const changes = { internet: 'none', ...networks, 'image-registry': `${HERE}/mirror` };
  const failed = await run('deploy', changes).then(String, String);
  // It has another digest than the pack wants.
  expect(failed).toContain(`there is no ${HERE}/mirror/docker/library/busybox:1.37@sha256:9532d8`);
  expect(failed).not.toContain('multus-cni');
  expect(failed).toContain('1 problem, and nothing was made');
  expect(leftovers(counted, await inventory())).toEqual({});
});

it('has endpoints for what nodes call, a private API and no way to the internet', async () => {
  const outputs = await run('deploy', CLOSED);
  // The eight endpoints cost 0.013 each.
  expect(outputs['price-per-hour']).toBe('0.688');
  const endpoints = await interfaceEndpoints();
  expect(endpoints.map(({ ServiceName }) => ServiceName).toSorted()).toEqual(
    ['ec2', 'ecr.api', 'ecr.dkr', 'eks-auth'].map((name) => `com.amazonaws.${REGION}.${name}`),
  );
  for (const { PrivateDnsEnabled, SubnetIds, Groups } of endpoints) {
    expect([PrivateDnsEnabled, SubnetIds?.length, Groups?.length]).toEqual([true, 2, 1]);
  }
  const now = await inventory();
  expect([now['internet gateways'], now['NAT gateways'], now['elastic IPs']]).toEqual([
    counted['internet gateways'],
    counted['NAT gateways'],
    counted['elastic IPs'],
  ]);
  const { cluster } = await job.aws.clients.eks.send(
    new DescribeClusterCommand({ name: outputs['cluster-name'] }),
  );
  expect(cluster?.resourcesVpcConfig).toMatchObject({
    endpointPrivateAccess: true,
    endpointPublicAccess: false,
  });
});

it('lets its nodes reach what they call, and nothing else', async () => {
  const state = await readEc2State(job.aws.clients.ec2);
  const nodes = state.instances.map(({ id }) => interfacesOf(state, id)[0]);
  expect(nodes).toHaveLength(2);
  for (const eni of nodes) {
    if (eni === undefined) throw new Error('a node has no interface');
    const services = ['ec2', 'ecr.api', 'ecr.dkr', 's3', 'eks-auth', 'eks', 'sts', 'ssm'];
    expect(services.filter((service) => reachesService(state, eni, service))).toEqual(
      services.slice(0, 5),
    );
    expect(reachesInternet(state, eni)).toBe(false);
  }
});

it('gives pods addresses only where the VPC CNI reaches what it calls', async () => {
  const { ec2, eks } = job.aws.clients;
  const aws = { ec2In: () => ec2, eksIn: () => eks };
  const state = await readEc2State(ec2);
  const [node] = state.instances;
  const prefixes = async () =>
    interfacesOf(await readEc2State(ec2), node?.id ?? '')[0]?.prefixes.length;
  const waysOut = new Map(
    [...state.waysOut].map(([id, ways]) => {
      const byName = ways.byName.filter(({ service }) => service !== 'eks-auth');
      return [id, { ...ways, byName }] as const;
    }),
  );
  await assignPodPrefix(aws, async () => ({ ...state, waysOut }), node?.id ?? '');
  expect(await prefixes()).toBe(0);
  await assignPodPrefix(aws, async () => state, node?.id ?? '');
  expect(await prefixes()).toBe(2);
});

it('leaves nothing behind', async () => {
  await run('destroy');
  expect(leftovers(counted, await inventory())).toEqual({});
  expect(await interfaceEndpoints()).toEqual([]);
  expect(job.aws.aws.gateway.failures()).toEqual([]);
  expect(job.aws.aws.problems()).toEqual([]);
});
