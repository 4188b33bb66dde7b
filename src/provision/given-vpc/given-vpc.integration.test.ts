import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type AccountDescription,
  changesOf,
  describeAccount,
  withoutGuests,
} from '../../../dev/stand-ins/aws/account-description.ts';
import { steadyPacing } from '../../../dev/stand-ins/aws/cloudformation/pacing/pacing.ts';
import { type Inventory, leftovers, takeInventory } from '../../../dev/stand-ins/aws/inventory.ts';
import { REGION } from '../../../dev/stand-ins/aws/testing/local-aws.ts';
import { interfacesOf, readEc2State } from '../../../dev/stand-ins/vpc/ec2-state.ts';
import { reachesInternet } from '../../../dev/stand-ins/vpc/reach.ts';
import { fakeNamespaces } from '../../../dev/testing/fakes/fake-namespaces.ts';
import { closeVpc } from '../../../dev/testing/foreign-vpc/closed-vpc.ts';
import {
  type ForeignVpc,
  foreignVpcInputs,
  makeForeignVpc,
} from '../../../dev/testing/foreign-vpc/foreign-vpc.ts';
import { type JobInAws, startJobInAws } from '../../../dev/testing/programs/job-in-aws.ts';
import { LAB_INPUTS } from '../../../dev/testing/samples/lab-inputs.ts';
import { reportMarkdown } from '../report.ts';
import { tryInProcess } from '../testing/provision-in-process.ts';

/** The life of an environment in the VPC of another team, with the roles of `github-oidc.yaml`. */

/** How many times faster the action's clock runs: the stand-in takes almost no time. */
const SPEED = 20;

let job: JobInAws;
let foreign: ForeignVpc;
let before: AccountDescription;
let counted: Inventory;

beforeAll(async () => {
  job = await startJobInAws({ pacing: steadyPacing(20) });
  for (const [name, value] of Object.entries(job.env)) vi.stubEnv(name, value);
  foreign = await makeForeignVpc({
    endpoint: job.aws.endpoint,
    account: '123456789012',
    region: REGION,
  });
  before = await describeAll();
  counted = await inventory();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await job?.stop();
});

const place = () => ({ endpoint: job.aws.endpoint, region: REGION });
const describeAll = () => describeAccount(place());
const inventory = () => takeInventory(place());

async function attempt(command: string, changes: Readonly<Record<string, string>> = {}) {
  vi.stubEnv('GITHUB_RUN_ID', crypto.randomUUID());
  const inputs = { ...LAB_INPUTS, ...job.roles, ...foreignVpcInputs(foreign), command, ...changes };
  return tryInProcess(inputs, { speed: SPEED, kubernetes: fakeNamespaces().api });
}

async function run(command: string, changes: Readonly<Record<string, string>> = {}) {
  const { report, failure } = await attempt(command, changes);
  if (failure !== undefined) throw failure;
  return { outputs: report.outputs, summary: reportMarkdown(report) };
}

/** The NAT gateway of the other team leads nodes to the internet, and so to everything that they call. */
async function expectWayOut() {
  const state = await readEc2State(job.aws.clients.ec2);
  const nodes = state.instances.flatMap(({ id }) => interfacesOf(state, id)[0] ?? []);
  expect(nodes.map((eni) => reachesInternet(state, eni))).toEqual([true, true]);
}

async function expectUntouched() {
  expect(
    changesOf(withoutGuests(before, before), withoutGuests(before, await describeAll())),
  ).toEqual([]);
}

describe('an environment in the VPC of another team', () => {
  it('is planned without making anything, and the plan says whose each part is', async () => {
    const { summary } = await run('plan');
    for (const check of ['Given VPC', 'Routes of the given VPC', 'Network ACLs of the given VPC']) {
      expect(summary).toContain(`| ${check} | good |`);
    }
    expect(summary).toContain(`| VPC | ${foreign.vpcId} (192.168.0.0/16) | given |`);
    expect(summary).toContain('| Multus subnet 1 in ap-northeast-2a | 192.168.200.0/24 | made |');
    expect(summary).toContain(`${foreign.mediaSubnetId} (192.168.192.0/24) | given |`);
    expect(await describeAll()).toEqual(before);
  });

  it('is made and updated, and nothing foreign is touched', async () => {
    const { environment } = (await run('deploy')).outputs;
    expect(environment?.vpc).toEqual({ id: foreign.vpcId, cidr: '192.168.0.0/16' });
    expect(environment?.networks[1]?.subnets[0]).toMatchObject({
      id: foreign.mediaSubnetId,
      prefixCidr: '192.168.192.128/25',
    });
    await expectUntouched();
    await expectWayOut();
    const groups = '- { name: ng1, zone: ap-northeast-2a, min: 1, desired: 2, max: 4 }';
    const updated = await run('deploy', { 'node-groups': groups });
    expect(updated.summary).toContain('| eks-multus-cluster-ng1 | updated |');
    await expectUntouched();
  });

  it('stays in its VPC', async () => {
    const changes = {
      'vpc-id': '',
      'private-subnets': '',
      'multus-subnets': '',
      'subnet-cidrs': '',
    };
    const { failure } = await attempt('deploy', changes);
    expect(String(failure)).toContain(`it exists already, in the VPC ${foreign.vpcId}`);
    await expectUntouched();
  });

  it('is destroyed, and the account is word for word as before', async () => {
    await run('destroy');
    expect(changesOf(before, await describeAll())).toEqual([]);
    expect(leftovers(counted, await inventory())).toEqual({});
    expect(job.aws.aws.gateway.failures()).toEqual([]);
    expect(job.aws.aws.problems()).toEqual([]);
  });
});

describe('the VPC of another team without internet', () => {
  const services = ['ec2', 'ecr.api', 'ecr.dkr', 'eks-auth'];
  const image = `123456789012.dkr.ecr.${REGION}.amazonaws.com/own/busybox:1`;

  /** What `check` says of endpoints: of which services there is none, and which let no node in. */
  async function found() {
    const { failure } = await attempt('check', { internet: 'none', 'probe-image': image });
    const said = failure === undefined ? '' : String(failure);
    const named = (pattern: RegExp) => [
      ...new Set([...said.matchAll(pattern)].map(([, service]) => service)),
    ];
    return {
      missing: named(/ no endpoint for (\S+?),? /g),
      closed: named(/ the endpoint vpce-\w+ for (\S+) do not let /g),
    };
  }

  it('lacks each endpoint that is named, until it has it and lets nodes in', async () => {
    const closed = await closeVpc(foreign);
    expect(await found()).toEqual({ missing: [...services, 's3'], closed: [] });
    for (const service of services) await closed.makeEndpoint(service);
    expect(await found()).toEqual({ missing: ['s3'], closed: services });
    await closed.makeEndpoint('s3');
    expect(await found()).toEqual({ missing: [], closed: services });
    await closed.openEndpoints();
    expect(await found()).toEqual({ missing: [], closed: [] });
  });
});
