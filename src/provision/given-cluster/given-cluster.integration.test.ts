import {
  DescribeAccessEntryCommand,
  EKSClient,
  ListAccessEntriesCommand,
} from '@aws-sdk/client-eks';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type AccountDescription,
  changesOf,
  describeAccount,
  withoutGuests,
} from '../../../dev/stand-ins/aws/account-description.ts';
import { steadyPacing } from '../../../dev/stand-ins/aws/cloudformation/pacing/pacing.ts';
import { type Inventory, leftovers, takeInventory } from '../../../dev/stand-ins/aws/inventory.ts';
import { OWNER } from '../../../dev/stand-ins/aws/owner-stacks.ts';
import { REGION } from '../../../dev/stand-ins/aws/testing/local-aws.ts';
import { fakeNamespaces } from '../../../dev/testing/fakes/fake-namespaces.ts';
import {
  FOREIGN_CLUSTER_INPUTS,
  type ForeignCluster,
  makeForeignCluster,
} from '../../../dev/testing/foreign-cluster/foreign-cluster.ts';
import { type JobInAws, startJobInAws } from '../../../dev/testing/programs/job-in-aws.ts';
import { LAB_INPUTS } from '../../../dev/testing/samples/lab-inputs.ts';
import { reportMarkdown } from '../report.ts';
import { tryInProcess } from '../testing/provision-in-process.ts';
import { clusterInside } from './testing/present-cluster.ts';

/** The life of an environment on the cluster of another team, with the roles of the pack's templates. */

/** How many times faster the action's clock runs: the stand-in takes almost no time. */
const SPEED = 20;
const ROWS =
  '- rolearn: arn:aws:iam::123456789012:role/workers\n  username: system:node:{{EC2PrivateDNSName}}\n';

let job: JobInAws;
let foreign: ForeignCluster;
let before: AccountDescription;
let counted: Inventory;
const cluster = fakeNamespaces();

beforeAll(async () => {
  job = await startJobInAws({ pacing: steadyPacing(20) });
  for (const [name, value] of Object.entries(job.env)) vi.stubEnv(name, value);
  const { endpoint } = job.aws;
  foreign = await makeForeignCluster({ endpoint, account: '123456789012', region: REGION });
  cluster.setMapRoles(ROWS);
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
  const inputs = { ...LAB_INPUTS, ...job.roles, ...FOREIGN_CLUSTER_INPUTS, command, ...changes };
  return tryInProcess(inputs, {
    speed: SPEED,
    kubernetes: cluster.api,
    inside: { value: clusterInside() },
  });
}

async function run(command: string, changes: Readonly<Record<string, string>> = {}) {
  const { report, failure } = await attempt(command, changes);
  if (failure !== undefined) throw failure;
  return { outputs: report.outputs, summary: reportMarkdown(report) };
}

async function expectUntouched() {
  const now = await describeAll();
  expect(changesOf(withoutGuests(before, before), withoutGuests(before, now))).toEqual([]);
  expect(cluster.mapRoles()).toBe(ROWS);
}

/** The types of the access entries that the cluster has beside those of its owner. */
async function newEntries() {
  const eks = new EKSClient({ ...place(), credentials: OWNER });
  const { accessEntries = [] } = await eks.send(
    new ListAccessEntriesCommand({ clusterName: foreign.name }),
  );
  const own = accessEntries.filter((arn) => !before.has(`access entry of platform ${arn}`));
  return Promise.all(
    own.map(async (principalArn) => {
      const { accessEntry } = await eks.send(
        new DescribeAccessEntryCommand({ clusterName: foreign.name, principalArn }),
      );
      return accessEntry?.type;
    }),
  );
}

describe('an environment on the cluster of another team', () => {
  it('is planned without making anything', async () => {
    const { summary } = await run('plan');
    expect(summary).toContain('| Given cluster | good |');
    expect(summary).toContain('On the cluster platform, which is given: Kubernetes 1.35');
    expect(summary).toContain(`| VPC | ${foreign.vpc.vpcId} (192.168.0.0/16) | given |`);
    expect(summary).not.toContain('AWS::EKS::Cluster');
    expect(await describeAll()).toEqual(before);
  });

  it('is made and updated, and nothing foreign is touched', async () => {
    const { environment } = (await run('deploy')).outputs;
    expect(environment?.cluster).toMatchObject({
      name: 'platform',
      endpoint: foreign.endpoint,
      serviceCidr: '10.100.0.0/16',
      existing: true,
    });
    expect(await newEntries()).toEqual(['EC2_LINUX']);
    await expectUntouched();
    const groups = '- { name: ng1, zone: ap-northeast-2a, min: 1, desired: 2, max: 4 }';
    const updated = await run('deploy', { 'node-groups': groups });
    expect(updated.summary).toContain('| eks-multus-cluster-ng1 | updated |');
    await expectUntouched();
  });

  it.each([
    ['a second environment', { environment: 'eks-multus-other' }, 'is on it already'],
    [
      'a cluster of its own',
      { 'existing-cluster': '', 'multus-subnets': '', 'subnet-cidrs': '' },
      'on the cluster platform of others',
    ],
    ['another cluster', { 'existing-cluster': 'payments' }, 'on the cluster platform of others'],
    ['a way in that the cluster lacks', { authentication: 'iam' }, 'one of access-entries'],
  ])('refuses %s', async (_, changes, message) => {
    const failure = await attempt('deploy', changes).then(
      (it) => it.failure,
      (error: unknown) => error,
    );
    expect(String(failure)).toContain(message);
    await expectUntouched();
  });

  it('is destroyed, and the account is word for word as before', async () => {
    await run('destroy');
    expect(await newEntries()).toEqual([]);
    expect(changesOf(before, await describeAll())).toEqual([]);
    expect(cluster.mapRoles()).toBe(ROWS);
    expect(leftovers(counted, await inventory())).toEqual({});
    expect(job.aws.aws.gateway.failures()).toEqual([]);
    expect(job.aws.aws.problems()).toEqual([]);
  });
});
