import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { CreateKeyPairCommand } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { steadyPacing } from '../../dev/stand-ins/aws/cloudformation/pacing/pacing.ts';
import { REGION } from '../../dev/stand-ins/aws/testing/local-aws.ts';
import { fakeNamespaces } from '../../dev/testing/fakes/fake-namespaces.ts';
import { type JobInAws, startJobInAws } from '../../dev/testing/programs/job-in-aws.ts';
import { LAB_INPUTS } from '../../dev/testing/samples/lab-inputs.ts';
import { EXPIRY_TAG } from '../environment/tags.ts';
import type { Report } from './report.ts';
import { tryInProcess } from './testing/provision-in-process.ts';

/** What inputs do that somebody adds, changes or takes back when the environment is there already. */

const LAB = 'eks-multus-cluster';
const CREDENTIALS = { accessKeyId: 'AKIAREHEARSALACCOUNT', secretAccessKey: 'secret' };

type Texts = Readonly<Record<string, string>>;

let job: JobInAws;
const cluster = fakeNamespaces();
beforeAll(async () => {
  job = await startJobInAws({ pacing: { ...steadyPacing(20), releaseMs: 500 } });
  for (const [name, value] of Object.entries(job.env)) vi.stubEnv(name, value);
  await job.aws.clients.ec2.send(new CreateKeyPairCommand({ KeyName: 'lab' }));
  await run('deploy');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await job?.stop();
});

function attempt(command: string, changes: Texts = {}) {
  vi.stubEnv('GITHUB_RUN_ID', crypto.randomUUID());
  const inputs = { ...LAB_INPUTS, ...job.roles, rollout: 'never', command, ...changes };
  return tryInProcess(inputs, { speed: 20, kubernetes: cluster.api });
}

async function run(command: string, changes: Texts = {}): Promise<Report> {
  const { report, failure } = await attempt(command, changes);
  if (failure !== undefined) throw failure;
  return report;
}

const cloudFormationOf = ({ aws: { endpoint } }: JobInAws) =>
  new CloudFormationClient({ endpoint, region: REGION, credentials: CREDENTIALS });

/** When the environment's stacks expire, of those that do. */
async function expiries(): Promise<readonly (string | undefined)[]> {
  const { Stacks = [] } = await cloudFormationOf(job).send(new DescribeStacksCommand({}));
  const own = Stacks.filter(({ StackName }) => StackName?.startsWith(LAB));
  const tags = own.flatMap(({ Tags = [] }) => Tags);
  return tags.filter(({ Key }) => Key === EXPIRY_TAG).map(({ Value }) => Value);
}

/** The physical ids of all resources of the environment's stacks. */
async function resources(): Promise<readonly string[]> {
  const cloudFormation = cloudFormationOf(job);
  const stacks = [LAB, `${LAB}-ng1`].map(async (StackName) => {
    const command = new DescribeStackResourcesCommand({ StackName });
    const { StackResources = [] } = await cloudFormation.send(command);
    return StackResources.map((one) => `${one.LogicalResourceId} ${one.PhysicalResourceId}`);
  });
  return (await Promise.all(stacks)).flat().sort();
}

/** The resources that are replaced, removed, or perhaps, in the plan of some inputs. */
function gone({ plans }: Report): readonly string[] {
  return plans.flatMap(({ changes }) =>
    changes
      .filter(({ action, replacement = 'False' }) => action === 'Remove' || replacement !== 'False')
      .map(({ logicalId }) => logicalId),
  );
}

/** The names of the stacks that a plan changes. */
const changed = ({ plans }: Report) =>
  plans.filter(({ action }) => action !== 'none').map(({ name }) => name.replace(LAB, 'lab'));

const ng1 = (fields: string) =>
  `[{ name: ng1, zone: ap-northeast-2a, min: 1, desired: 2, max: 3, ${fields} }]`;

/** Each with the stacks that it changes. Every change is in place, or adds something. */
const IN_PLACE: readonly (readonly [what: string, inputs: Texts, stacks: readonly string[]])[] = [
  ['ttl-hours', { 'ttl-hours': '24' }, ['lab', 'lab-ng1']],
  ['ttl-hours, without rollback', { 'ttl-hours': '24', 'on-failure': 'keep' }, ['lab', 'lab-ng1']],
  [
    'expiry-guard',
    { 'ttl-hours': '24', 'expiry-guard': 'true' },
    ['lab', 'lab-Guard', 'lab-ng1', 'lab-ng1-Guard'],
  ],
  ['endpoint-public-access-cidrs', { 'endpoint-public-access-cidrs': '203.0.113.0/24' }, ['lab']],
  ['no public endpoint', { 'endpoint-public-access-cidrs': 'none' }, ['lab']],
  ['control-plane-logs', { 'control-plane-logs': 'api,scheduler' }, ['lab']],
  ['no control-plane-logs', { 'control-plane-logs': 'none' }, ['lab']],
  ['outputs-parameter-prefix', { 'outputs-parameter-prefix': '/eks-multus' }, ['lab-Outputs']],
  ['multus-ip-family', { 'multus-ip-family': 'dual-stack' }, ['lab', 'lab-ng1']],
  ['a third network', { 'multus-networks': '3' }, ['lab', 'lab-ng1']],
  [
    'multus-routes',
    { 'multus-routes': '[{ destination: 10.20.0.0/16, target: pcx-0123456789abcdef0 }]' },
    ['lab'],
  ],
  ['nat-gateways', { 'nat-gateways': 'per-az' }, ['lab']],
  ['admin-role-arns', { 'admin-role-arns': 'arn:aws:iam::123456789012:role/ops' }, ['lab']],
  ['session-manager', { 'session-manager': 'true' }, ['lab']],
  ['permissions-boundary-arn', { 'permissions-boundary-arn': 'none' }, ['lab']],
  ['secrets-encryption, which stays', { 'secrets-encryption': 'false' }, []],
  ['termination-protection', { 'termination-protection': 'true' }, []],
  ['key-name', { 'key-name': 'lab' }, ['lab-ng1']],
  ['placement-group', { 'node-groups': ng1('placement-group: media') }, ['lab-ng1']],
  ['labels', { 'node-groups': ng1('labels: { team: media }') }, ['lab-ng1']],
  ['taints', { 'node-groups': ng1('taints: ["dedicated=media:NoSchedule"]') }, ['lab-ng1']],
  ['tags', { 'node-groups': ng1('tags: { cost-centre: "4711" }') }, ['lab-ng1']],
  ['user-data', { 'node-groups': ng1('user-data: "#!/bin/sh"') }, ['lab-ng1']],
  ['startup-taint', { 'node-groups': ng1('startup-taint: true') }, ['lab-ng1']],
  ['capacity', { 'node-groups': ng1('capacity: spot') }, ['lab-ng1']],
  ['instance-type', { 'node-groups': ng1('instance-type: m5.2xlarge') }, ['lab-ng1']],
  ['volume-size', { 'node-groups': ng1('volume-size: 80') }, ['lab-ng1']],
  ['detailed-monitoring', { 'node-groups': ng1('detailed-monitoring: true') }, ['lab-ng1']],
  ['prefixes-per-interface', { 'node-groups': ng1('prefixes-per-interface: 2') }, ['lab-ng1']],
];

describe('added to an environment that is there', () => {
  it.each(IN_PLACE)('%s takes nothing away', async (_, inputs, stacks) => {
    const report = await run('plan', inputs);
    expect(gone(report)).toEqual([]);
    expect(report.plans.flatMap(({ losses }) => losses)).toEqual([]);
    expect(report.plans.map(({ note }) => note ?? '').join()).not.toContain('refuses');
    expect(changed(report).toSorted()).toEqual(stacks);
  });
});

it('vpc-cni-rights takes away the role that nobody uses then, and nothing else', async () => {
  const report = await run('plan', { 'vpc-cni-rights': 'node-role' });
  expect(gone(report)).toEqual(['VpcCniRole']);
  expect(report.plans.flatMap(({ losses }) => losses)).toEqual([]);
});

/** Each with what it would delete, which a deploy refuses. */
const REFUSED: readonly (readonly [what: string, inputs: Texts, losses: readonly string[]])[] = [
  ['vpc-cidr', { 'vpc-cidr': '10.1.0.0/16' }, ['Vpc', 'Cluster', 'PrivateSubnet1']],
  ['multus-cidr', { 'multus-cidr': '100.64.0.0/16' }, ['MultusSubnet1Zone1', 'MultusSubnet2Zone2']],
  ['fewer networks', { 'multus-networks': '1' }, ['MultusSubnet2Zone1', 'MultusSubnet2Zone2']],
  ['internet', { internet: 'none' }, ['PublicSubnet1', 'PublicSubnet2']],
];

it.each(REFUSED)('%s is refused, with the names of what would go', async (_, inputs, losses) => {
  const { plans } = await run('plan', inputs);
  const lost = plans.flatMap((plan) => plan.losses.map(({ logicalId }) => logicalId));
  expect(lost).toEqual(expect.arrayContaining([...losses]));
  expect(plans.map(({ note }) => note ?? '').join()).toContain('A deploy refuses this change');
});

describe('ttl-hours', () => {
  let before: readonly string[];

  it('is added by a deploy, which makes nothing anew', async () => {
    before = await resources();
    await run('deploy', { 'ttl-hours': '24' });
    expect(await resources()).toEqual(before);
    expect(await expiries()).toHaveLength(2);
  });

  it('stays as it is when another number is given, and when it is left out', async () => {
    expect(changed(await run('plan', { 'ttl-hours': '48' }))).toEqual([]);
    expect(changed(await run('plan'))).toEqual([]);
  });

  it('is taken away by 0, and nothing is made anew', async () => {
    const planned = await run('plan', { 'ttl-hours': '0' });
    expect([gone(planned), changed(planned).toSorted()]).toEqual([[], ['lab', 'lab-ng1']]);
    await run('deploy', { 'ttl-hours': '0' });
    expect(await resources()).toEqual(before);
    expect(await expiries()).toEqual([]);
  });
});
