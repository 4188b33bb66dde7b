import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it } from 'vitest';
import { steadyPacing } from '../../dev/stand-ins/aws/cloudformation/pacing/pacing.ts';
import { scriptedPacing } from '../../dev/stand-ins/aws/cloudformation/testing/scripted-pacing.ts';
import { eventually } from '../../dev/stand-ins/aws/testing/local-aws.ts';
import { startJobInAws } from '../../dev/testing/programs/job-in-aws.ts';
import { type Beside, runProvisionAtSpeed } from '../../dev/testing/programs/run-bundle.ts';
import { LAB_INPUTS } from '../../dev/testing/samples/lab-inputs.ts';
import { startedForTests } from '../../dev/testing/setup/started-for-tests.ts';
import { environmentSchema } from '../environment/environment.ts';
import type { PlannedStack } from './outputs.ts';

const REGION = 'ap-northeast-2';
const credentials = { accessKeyId: 'AKIAREHEARSALACCOUNT', secretAccessKey: 'secret' };
const client = { region: REGION, credentials };

/** How many times faster the action's clock runs: the stand-in takes almost no time. */
const SPEED = 20;

/** The stand-in has no control plane for a cluster of this name. */
const BROKEN = { environment: 'eks-multus-broken' };

/** Steps that a test holds wait for the test. All others take almost no time. */
const scripted = scriptedPacing();
const pacing = { ...steadyPacing(), before: scripted.before };

const job = startedForTests(() => startJobInAws({ pacing }));
afterEach(() => scripted.release());

function run(command: string, changes: Readonly<Record<string, string>> = {}, beside?: Beside) {
  const inputs = { ...LAB_INPUTS, command, ...job().roles, ...changes };
  const env = { ...job().env, GITHUB_RUN_ID: crypto.randomUUID() };
  return runProvisionAtSpeed(SPEED, inputs, env, beside);
}

/** A log as the runner shows it, without the workflow command that masks secrets. */
function shown(log: string): string {
  return log.replaceAll(/^::add-mask::.*$/gm, '');
}

/** The stacks of the account, also empty ones of change sets, and its buckets. */
async function present() {
  const cloudFormation = new CloudFormationClient({ ...client, endpoint: job().aws.endpoint });
  const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({}));
  const { Buckets = [] } = await job().aws.clients.s3.send(new ListBucketsCommand({}));
  return [...Stacks.map(({ StackName }) => StackName), ...Buckets.map(({ Name }) => Name)];
}

async function untilDeleting() {
  const cloudFormation = new CloudFormationClient({ ...client, endpoint: job().aws.endpoint });
  await eventually(async () => {
    const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({}));
    return Stacks.some(({ StackStatus }) => StackStatus === 'DELETE_IN_PROGRESS');
  });
}

/** The calls that a run makes, in the order of their ends. The stand-in's own services use other access keys. */
async function callsOf<Result>(work: () => Promise<Result>) {
  const before = job().aws.aws.gateway.calls().length;
  const result = await work();
  const records = job().aws.aws.gateway.calls().slice(before);
  const calls = records
    .filter(({ accessKey }) => accessKey?.startsWith('AKIA') !== true)
    .map(({ service, action }) => `${service} ${action}`);
  return { result, calls };
}

const planOf = (outputs: Readonly<Record<string, string>>) =>
  JSON.parse(outputs['plan'] ?? '[]') as readonly PlannedStack[];

const FOUR = {
  'node-groups': '- { name: ng1, zone: ap-northeast-2a, min: 1, desired: 2, max: 4 }',
};

describe('an environment', () => {
  it('is planned before it exists, and the plan leaves nothing behind', async () => {
    const { exitCode, log, outputs, summary } = await run('plan');
    expect(exitCode, log).toBe(0);
    const [infra, group] = planOf(outputs);
    expect(infra).toMatchObject({ stack: 'eks-multus-cluster', action: 'create' });
    expect(infra?.changes).toContainEqual({
      action: 'Add',
      logicalId: 'Cluster',
      type: 'AWS::EKS::Cluster',
      replacement: '',
      what: '',
    });
    expect(group).toMatchObject({ stack: 'eks-multus-cluster-ng1', basis: 'template' });
    expect(group?.changes.map(({ type }) => type)).toContain('AWS::AutoScaling::AutoScalingGroup');
    expect(outputs['has-changes']).toBe('true');
    expect(summary).toContain('| Add | Cluster | AWS::EKS::Cluster |');
    expect(summary).toContain('which does not exist yet');
    expect(await present()).toEqual([]);
  });

  it('is deployed', async () => {
    const { exitCode, log, errors, outputs, summary } = await run('deploy');
    expect(errors, log).toEqual([]);
    expect(exitCode).toBe(0);
    const environment = environmentSchema.parse(JSON.parse(outputs['environment'] ?? ''));
    expect(environment).toMatchObject({ name: 'eks-multus-cluster', accountId: '123456789012' });
    expect(environment.networks.map((network) => network.subnets.map(({ cidr }) => cidr))).toEqual([
      ['10.0.4.0/24', '10.0.5.0/24'],
      ['10.0.6.0/24', '10.0.7.0/24'],
    ]);
    expect(environment.nodeGroups).toMatchObject([{ name: 'ng1', min: 1, desired: 2, max: 3 }]);
    expect(summary).toContain('| eks-multus-cluster-ng1 | created |');
    expect(shown(log)).not.toMatch(/SecretAccessKey|ASIA|eyJ[\w-]+\.eyJ/);
  });

  it('has no changes when it is planned again', async () => {
    const { exitCode, log, outputs } = await run('plan');
    expect(exitCode, log).toBe(0);
    expect(outputs['has-changes']).toBe('false');
    expect(planOf(outputs).map(({ action }) => action)).toEqual(['none', 'none']);
  });

  it('stays as it is when another run deploys it, with eight calls at most', async () => {
    const { result, calls } = await callsOf(() => run('deploy'));
    const { exitCode, log, summary } = result;
    expect(exitCode, log).toBe(0);
    expect(calls.length, calls.join('\n')).toBeLessThanOrEqual(8);
    expect(log).toContain('eks-multus-cluster: no changes');
    expect(summary).toContain('| eks-multus-cluster | unchanged |');
    expect(summary).toContain('| eks-multus-cluster-ng1 | unchanged |');
  });

  it('is planned and updated in place', async () => {
    const what = 'MaxSize (MaxSize 3 → 4)';
    const change = {
      action: 'Modify',
      logicalId: 'AutoScalingGroup',
      replacement: 'no',
      what,
      type: 'AWS::AutoScaling::AutoScalingGroup',
    };
    const planned = await run('plan', FOUR);
    expect(planned.exitCode, planned.log).toBe(0);
    expect(planOf(planned.outputs)[1]).toMatchObject({ action: 'update', changes: [change] });
    const { exitCode, log, outputs, summary } = await run('deploy', FOUR);
    expect(exitCode, log).toBe(0);
    expect(planOf(outputs)).toEqual(planOf(planned.outputs));
    expect(summary).toContain('| eks-multus-cluster | unchanged |');
    expect(summary).toContain('| eks-multus-cluster-ng1 | updated |');
    const { AutoScalingGroups = [] } = await job().aws.clients.autoscaling.send(
      new DescribeAutoScalingGroupsCommand({}),
    );
    expect(AutoScalingGroups.map(({ MaxSize }) => MaxSize)).toEqual([4]);
  });

  it('is destroyed, with all that was staged', async () => {
    const { exitCode, log, summary } = await run('destroy');
    expect(exitCode, log).toBe(0);
    expect(summary).toContain('| eks-multus-cluster-ng1 | deleted |');
    expect(summary).toContain('Deleted the staging bucket');
    expect(job().aws.controlPlanes.size).toBe(0);
  });

  it('has nothing left to destroy a second time', async () => {
    const { exitCode, log, summary } = await run('destroy');
    expect(exitCode, log).toBe(0);
    expect(summary).toContain('Nothing to do');
  });
});

describe('two runs at once', () => {
  const SECOND = /another run came first|following the operation under way/;

  it('that deploy create one environment, and both succeed', async () => {
    // The first deploy continues after the second one has found it.
    scripted.script('eks-multus-cluster', 'create', 'Vpc', 'hold');
    const second = Promise.withResolvers<void>();
    const finds: Beside = ({ said }) => said(SECOND).then(second.resolve, () => undefined);
    void second.promise.then(scripted.release);
    const deploys = [run('deploy', {}, finds), run('deploy', {}, finds)] as const;
    const runs = await Promise.all(deploys);
    expect(
      runs.map(({ exitCode }) => exitCode),
      runs.map(({ log }) => log).join('\n'),
    ).toEqual([0, 0]);
    const outcomes = runs.flatMap(({ summary }) => [
      ...summary.matchAll(/\| eks-multus-cluster(?:-ng1)? \| (created|unchanged) \|/g),
    ]);
    expect(outcomes.map(([, outcome]) => outcome).sort()).toEqual([
      'created',
      'created',
      'unchanged',
      'unchanged',
    ]);
    expect(runs[0].outputs['infra-stack-id']).toBe(runs[1].outputs['infra-stack-id']);
    expect(runs[0].outputs['node-group-stack-ids']).toBe(runs[1].outputs['node-group-stack-ids']);
    expect(runs.map(({ log }) => shown(log)).join('\n')).toMatch(SECOND);
  });

  it('of which one destroys: the other does nothing, and says why', async () => {
    scripted.script('eks-multus-cluster-ng1', 'delete', 'AutoScalingGroup', 'hold');
    const destroying = run('destroy');
    await untilDeleting();
    const { exitCode, errors, log, outputs } = await run('deploy').finally(scripted.release);
    expect(exitCode, log).toBe(1);
    expect(errors).toEqual([
      expect.stringContaining('it is DELETE_IN_PROGRESS: somebody is destroying this environment'),
    ]);
    expect(outputs['infra-stack-id']).toBeUndefined();
    const destroyed = await destroying;
    expect(destroyed.exitCode, destroyed.log).toBe(0);
    expect(await present()).toEqual([]);
  });
});

describe('a cluster that cannot be created', () => {
  it('fails with the resource, the reason and the line of the template', async () => {
    const { exitCode, log, errors, outputs, summary } = await run('deploy', BROKEN);
    expect(exitCode).toBe(1);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain('stack eks-multus-broken: Cluster (AWS::EKS::Cluster)');
    expect(log).toMatch(/^::error title=AWS,file=cfn\/infra\.yaml,line=\d+::/m);
    expect(summary).toContain('| eks-multus-broken | failed |');
    expect(outputs['staging-bucket']).toContain('eks-multus-');
  });

  it('is deleted and tried again by the next run, and can be destroyed', async () => {
    const again = await run('deploy', BROKEN);
    expect(again.log).toContain('is ROLLBACK_COMPLETE: it never worked, so it is deleted first');
    expect(again.exitCode).toBe(1);
    const destroyed = await run('destroy', BROKEN);
    expect(destroyed.exitCode, destroyed.log).toBe(0);
    expect(destroyed.summary).toContain('| eks-multus-broken | deleted |');
  });
});

describe('a role that does not trust the job', () => {
  it('is explained by the claims of the token, and without the token', async () => {
    const other = job().role.replace('eks-multus-deployer', 'somebody-elses');
    const { exitCode, errors, log } = await run('destroy', { 'role-to-assume': other });
    expect(exitCode).toBe(1);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain('sub "repo:o/r:ref:refs/heads/main"');
    expect(errors[0]).toContain(
      '"token.actions.githubusercontent.com:sub": "repo:o/r:ref:refs/heads/main"',
    );
    expect(shown(log)).not.toMatch(/eyJ[\w-]+\.eyJ/);
  });
});
