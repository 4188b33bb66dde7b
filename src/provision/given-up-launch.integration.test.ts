import {
  CreateNetworkInterfaceCommand,
  DescribeNetworkInterfacesCommand,
} from '@aws-sdk/client-ec2';
import { afterEach, expect, it } from 'vitest';
import { steadyPacing } from '../../dev/stand-ins/aws/cloudformation/pacing/pacing.ts';
import { scriptedPacing } from '../../dev/stand-ins/aws/cloudformation/testing/scripted-pacing.ts';
import { startJobInAws } from '../../dev/testing/programs/job-in-aws.ts';
import { type Beside, runProvisionAtSpeed } from '../../dev/testing/programs/run-bundle.ts';
import { LAB_INPUTS } from '../../dev/testing/samples/lab-inputs.ts';
import { startedForTests } from '../../dev/testing/setup/started-for-tests.ts';
import { environmentSchema } from '../environment/environment.ts';

const SPEED = 20;
const scripted = scriptedPacing();
const { readyMs } = steadyPacing();
const pacing = { ...steadyPacing(), before: scripted.before, readyMs };

const job = startedForTests(() => startJobInAws({ pacing }));
afterEach(() => scripted.release());

const group = (name: string, desired: number) =>
  `{ name: ${name}, zone: ap-northeast-2a, min: 0, desired: ${desired}, max: 2 }`;

function deploy(groups: string, beside?: Beside) {
  const inputs = { ...LAB_INPUTS, ...job().roles, 'node-groups': groups };
  const env = { ...job().env, GITHUB_RUN_ID: crypto.randomUUID() };
  return runProvisionAtSpeed(SPEED, inputs, env, beside);
}

const BLOCKS = 16;

/** Takes an address in each block of sixteen, so that the subnet has addresses left but no prefix. */
async function scatterAddresses(SubnetId: string, network: string): Promise<void> {
  for (let block = 0; block < BLOCKS; block += 1) {
    const PrivateIpAddress = `${network}.${block * 16 + 9}`;
    await job().aws.clients.ec2.send(
      new CreateNetworkInterfaceCommand({ SubnetId, PrivateIpAddress }),
    );
  }
}

async function interfacesIn(subnetId: string): Promise<number> {
  const Filters = [{ Name: 'subnet-id', Values: [subnetId] }];
  const { NetworkInterfaces = [] } = await job().aws.clients.ec2.send(
    new DescribeNetworkInterfacesCommand({ Filters }),
  );
  return NetworkInterfaces.length;
}

/**
 * The subnet fills up between the preflight, which would refuse the group, and the first launch. CloudFormation's timeout
 * ends after the action has found an instance that was given up.
 */
const failWhenGivenUp =
  (subnetId: string): Beside =>
  async (action) => {
    scripted.script('eks-multus-cluster-ng2', 'create', 'AutoScalingGroup', 'hold');
    await action.said(/Stack eks-multus-cluster/);
    await scatterAddresses(subnetId, '10.0.6');
    scripted.release();
    scripted.script('eks-multus-cluster-ng2', 'delete', 'AutoScalingGroup', 'hold');
    await action.said(/the launch hook gave up/);
    pacing.readyMs = 0;
    // As on AWS, where the deletion of a group takes time, and its hook's log is deleted after it.
    await action.said(/CREATE_FAILED/);
    pacing.readyMs = readyMs;
    scripted.release();
  };

it('reports why the launch hook gave up instances, and leaves nothing of them, when a subnet has no prefixes left', async () => {
  const before = await deploy(`[${group('ng1', 0)}]`);
  expect(before.errors, before.log).toEqual([]);
  const { networks } = environmentSchema.parse(JSON.parse(before.outputs['environment'] ?? ''));
  const [first = '', second = ''] = networks.map(({ subnets }) => subnets[0]?.id ?? '');

  const failed = await deploy(`[${group('ng1', 0)}, ${group('ng2', 1)}]`, failWhenGivenUp(second));
  expect(failed.exitCode, failed.log).toBe(1);
  expect(failed.errors).toEqual([
    expect.stringMatching(
      /ng2: AutoScalingGroup .*launch hook gave up .*the latest i-\w+, because it cannot attach the interfaces: InsufficientCidrBlocks/s,
    ),
  ]);
  expect(failed.summary).toContain('| eks-multus-cluster-ng2 | failed |');
  expect(await interfacesIn(first)).toBe(0);
  expect(await interfacesIn(second)).toBe(BLOCKS);
  expect(job().aws.poweredOn).toEqual([]);
});
