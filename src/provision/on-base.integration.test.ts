import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  CreateNetworkInterfaceCommand,
  DescribeNetworkInterfacesCommand,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { steadyPacing } from '../../dev/stand-ins/aws/cloudformation/pacing/pacing.ts';
import { type Inventory, leftovers, takeInventory } from '../../dev/stand-ins/aws/inventory.ts';
import { REGION } from '../../dev/stand-ins/aws/testing/local-aws.ts';
import { startTestAws, type TestAws } from '../../dev/stand-ins/aws/testing/stand-in.ts';
import { fakeNamespaces } from '../../dev/testing/fakes/fake-namespaces.ts';
import { LAB_INPUTS } from '../../dev/testing/samples/lab-inputs.ts';
import { environmentSchema } from '../environment/environment.ts';
import { provisionInProcess } from './testing/provision-in-process.ts';

const NAME = 'eks-multus-pr-7';
const BASE = 'eks-multus-cluster';
const ON_BASE = {
  'aws-region': REGION,
  environment: NAME,
  'base-environment': BASE,
  'node-groups': '- { name: ng1, zone: ap-northeast-2b, min: 1, desired: 1, max: 2 }',
};
const CREDENTIALS = { accessKeyId: 'AKIAREHEARSALACCOUNT', secretAccessKey: 'secret' };

let aws: TestAws;
let empty: Inventory;
const cluster = fakeNamespaces();

beforeAll(async () => {
  aws = await startTestAws({ pacing: steadyPacing(20) });
  vi.stubEnv('AWS_ENDPOINT_URL', aws.endpoint);
  vi.stubEnv('AWS_ACCESS_KEY_ID', CREDENTIALS.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', CREDENTIALS.secretAccessKey);
  empty = await inventory();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await aws?.stop();
});

const inventory = () => takeInventory({ endpoint: aws.endpoint, region: REGION });
const run = (inputs: Readonly<Record<string, string>>) =>
  provisionInProcess(inputs, { speed: 20, kubernetes: cluster.api });

/** The base's stacks in CloudFormation. Any change shows in one of these facts. */
async function baseStacks() {
  const client = new CloudFormationClient({
    endpoint: aws.endpoint,
    region: REGION,
    credentials: CREDENTIALS,
  });
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({}));
  const facts = Stacks.map(({ StackName, StackId, StackStatus, LastUpdatedTime, Outputs }) => ({
    StackName,
    StackId,
    StackStatus,
    LastUpdatedTime,
    Outputs,
  }));
  return facts.filter(({ StackName = '' }) => !StackName.startsWith(NAME));
}

it('an environment is created on a base and destroyed again, and the base stays as it was', async () => {
  await run(LAB_INPUTS);
  const [before, account] = [await baseStacks(), await inventory()];
  expect(before).toHaveLength(2);

  const { outputs } = await run(ON_BASE);
  const environment = environmentSchema.parse(outputs.environment);
  expect(environment).toMatchObject({
    cluster: { name: BASE },
    shared: { base: BASE, namespace: NAME },
    nodeGroups: [{ autoScalingGroup: `${NAME}-ng1`, zone: 'ap-northeast-2b' }],
  });
  const { NetworkInterfaces: hooked = [] } = await aws.clients.ec2.send(
    new DescribeNetworkInterfacesCommand({
      Filters: [{ Name: 'tag:eks-multus:environment', Values: [NAME] }],
    }),
  );
  const multus = hooked.filter(({ Description }) => Description?.startsWith('Multus'));
  expect(multus.map(({ SubnetId }) => SubnetId).sort()).toEqual(
    environment.networks.map(({ subnets }) => subnets[1]?.id).sort(),
  );
  expect(environment.nodeGroups[0]?.roleArn).toContain(`role/${BASE}-NodeRole-`);
  const admitted = aws.admitted[0]?.map(({ principalArn }) => principalArn) ?? [];
  expect(admitted).toContain(environment.nodeGroups[0]?.roleArn);
  await expect(run({ ...LAB_INPUTS, command: 'destroy' })).rejects.toThrow(NAME);

  const subnet = environment.networks[0]?.subnets[1]?.id ?? '';
  await aws.clients.ec2.send(
    new CreateNetworkInterfaceCommand({
      SubnetId: subnet,
      Description: 'Multus eth1 of i-0',
      TagSpecifications: [
        {
          ResourceType: 'network-interface',
          Tags: [{ Key: 'eks-multus:environment', Value: NAME }],
        },
      ],
    }),
  );
  const { notes } = await run({ ...ON_BASE, command: 'destroy' });
  expect(notes.join()).toMatch(/Removed what the cluster left in vpc-\w+: eni-\w+\./);
  expect(await baseStacks()).toEqual(before);
  expect(leftovers(account, await inventory())).toEqual({});

  await run({ ...LAB_INPUTS, command: 'destroy' });
  expect(leftovers(empty, await inventory())).toEqual({});
});
