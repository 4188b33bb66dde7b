import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  DeleteParameterCommand,
  GetParametersByPathCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { steadyPacing } from '../../../dev/stand-ins/aws/cloudformation/pacing/pacing.ts';
import { type Inventory, leftovers, takeInventory } from '../../../dev/stand-ins/aws/inventory.ts';
import { REGION } from '../../../dev/stand-ins/aws/testing/local-aws.ts';
import { fakeNamespaces } from '../../../dev/testing/fakes/fake-namespaces.ts';
import { type JobInAws, startJobInAws } from '../../../dev/testing/programs/job-in-aws.ts';
import { LAB_INPUTS } from '../../../dev/testing/samples/lab-inputs.ts';
import { reportMarkdown } from '../report.ts';
import { tryInProcess } from '../testing/provision-in-process.ts';

/** The SSM parameters of an environment, with the roles of `github-oidc.yaml`. The tests build on each other. */

const LAB = 'eks-multus-cluster';
const OUTPUTS = `${LAB}-Outputs`;
const WITH = { 'outputs-parameter-prefix': '/eks-multus' };

let job: JobInAws;
let ssm: SSMClient;
let empty: Inventory;
const cluster = fakeNamespaces();

beforeAll(async () => {
  job = await startJobInAws({ pacing: { ...steadyPacing(20), releaseMs: 500 } });
  for (const [name, value] of Object.entries(job.env)) vi.stubEnv(name, value);
  const credentials = { accessKeyId: 'AKIAREHEARSALACCOUNT', secretAccessKey: 'secret' };
  ssm = new SSMClient({ endpoint: job.aws.endpoint, region: REGION, credentials });
  empty = await inventory();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await job?.stop();
});

const inventory = () => takeInventory({ endpoint: job.aws.endpoint, region: REGION });

function attempt(command: string, changes: Readonly<Record<string, string>> = {}) {
  vi.stubEnv('GITHUB_RUN_ID', crypto.randomUUID());
  const inputs = { ...LAB_INPUTS, ...job.roles, command, ...changes };
  return tryInProcess(inputs, { speed: 20, kubernetes: cluster.api });
}

async function run(command: string, changes: Readonly<Record<string, string>> = {}) {
  const { report, failure } = await attempt(command, changes);
  if (failure !== undefined) throw failure;
  return report;
}

async function parameters(): Promise<Readonly<Record<string, string>>> {
  const path = `/eks-multus/${LAB}/`;
  const found: Record<string, string> = {};
  let NextToken: string | undefined;
  do {
    const page = await ssm.send(new GetParametersByPathCommand({ Path: path, NextToken }));
    for (const { Name = '', Value = '' } of page.Parameters ?? []) {
      found[Name.slice(path.length)] = Value;
    }
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return found;
}

async function stackNames(): Promise<readonly string[]> {
  const { Stacks = [] } = await job.aws.clients.cloudFormation.send(new DescribeStacksCommand({}));
  return Stacks.flatMap(({ StackName }) => StackName ?? []).filter((name) => name.startsWith(LAB));
}

it('plans the stack with the parameters before there is anything', async () => {
  const { plans } = await run('plan', WITH);
  const plan = plans.find(({ name }) => name === OUTPUTS);
  expect(plan?.action).toBe('create');
  expect(plan?.changes.map(({ logicalId }) => logicalId)).toContain('VpcIdParameter');
  expect(await stackNames()).toEqual([]);
});

it('writes the parameters, which are what the JSON has', async () => {
  const report = await run('deploy', WITH);
  const json = report.outputs['outputs-json'] ?? {};
  const { 'node-groups': groups, ...values } = json;
  const texts = Object.entries(values).map(([name, value]) => [name, [value].flat().join()]);
  expect(await parameters()).toEqual(Object.fromEntries(texts));
  expect(Object.keys(values)).toHaveLength(14);
  expect(values['vpc-id']).toMatch(/^vpc-/);
  expect(values['multus-2-subnet-ids']).toHaveLength(2);
  expect(values['oidc-issuer']).toMatch(/^https:/);
  expect(groups).toHaveProperty('ng1.auto-scaling-group', `${LAB}-ng1`);
  expect(reportMarkdown(report)).not.toContain('[object Object]');
});

it('plans nothing more, and changes what changes', async () => {
  expect((await run('plan', WITH)).outputs['has-changes']).toBe(false);
  await run('deploy', { ...WITH, authentication: 'aws-auth' });
  expect(await parameters()).not.toHaveProperty('node-role-arn');
  await run('deploy', WITH);
  expect(await parameters()).toHaveProperty('node-role-arn');
});

it('stays as it was when the roles may not write to another prefix', async () => {
  const before = await parameters();
  const { failure } = await attempt('deploy', { 'outputs-parameter-prefix': '/eks-multus/more' });
  expect(String(failure)).toContain('not authorized to perform: ssm:PutParameter');
  expect(await parameters()).toEqual(before);
});

it('removes the parameters when nobody asks for them any more', async () => {
  await run('deploy');
  expect(await parameters()).toEqual({});
  expect(await stackNames()).not.toContain(OUTPUTS);
});

it('is refused a prefix that the roles may not write to, before anything is made', async () => {
  const { failure } = await attempt('deploy', { 'outputs-parameter-prefix': '/platform/multus' });
  expect(String(failure)).toContain('ssm:PutParameter');
  expect(await stackNames()).not.toContain(OUTPUTS);
});

it('overwrites no parameter of others, and names it', async () => {
  const Name = `/eks-multus/${LAB}/cluster-name`;
  await ssm.send(new PutParameterCommand({ Name, Type: 'String', Value: 'theirs' }));
  const { failure } = await attempt('deploy', WITH);
  expect(String(failure)).toContain('already exists');
  expect(await parameters()).toEqual({ 'cluster-name': 'theirs' });
  await ssm.send(new DeleteParameterCommand({ Name }));
  await run('deploy', WITH);
  expect(await parameters()).toHaveProperty('cluster-name', LAB);
});

it('removes everything with the environment', async () => {
  await run('destroy');
  expect(leftovers(empty, await inventory())).toEqual({});
});
