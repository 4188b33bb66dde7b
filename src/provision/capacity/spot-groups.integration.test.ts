import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { steadyPacing } from '../../../dev/stand-ins/aws/cloudformation/pacing/pacing.ts';
import { leftovers, takeInventory } from '../../../dev/stand-ins/aws/inventory.ts';
import { REGION } from '../../../dev/stand-ins/aws/testing/local-aws.ts';
import { startTestAws, type TestAws } from '../../../dev/stand-ins/aws/testing/stand-in.ts';
import { fakeNamespaces } from '../../../dev/testing/fakes/fake-namespaces.ts';
import { LAB_INPUTS } from '../../../dev/testing/samples/lab-inputs.ts';
import { provisionInProcess } from '../testing/provision-in-process.ts';

const credentials = { accessKeyId: 'AKIAREHEARSALACCOUNT', secretAccessKey: 'secret' };
const SPEED = 20;
/** The spot instances that EC2 has. */
const CAPACITY = 1;

let aws: TestAws;
beforeAll(async () => {
  const switches = { spotCapacity: CAPACITY };
  aws = await startTestAws({ pacing: steadyPacing(SPEED), switches });
  vi.stubEnv('AWS_ENDPOINT_URL', aws.endpoint);
  vi.stubEnv('AWS_ACCESS_KEY_ID', credentials.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials.secretAccessKey);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await aws?.stop();
});

const group = (name: string) =>
  `{ name: ${name}, zone: ap-northeast-2a, min: 1, desired: 1, max: 2, capacity: spot }`;

function run(command: string, ...names: readonly string[]) {
  const inputs = { ...LAB_INPUTS, command, 'node-groups': `[${names.map(group).join()}]` };
  return provisionInProcess(inputs, { speed: SPEED, kubernetes: fakeNamespaces().api });
}

const inventory = () => takeInventory({ endpoint: aws.endpoint, region: REGION });

/** The group of each instance that runs, and how EC2 sells it. */
async function instances(): Promise<readonly string[]> {
  const { Reservations = [] } = await aws.clients.ec2.send(new DescribeInstancesCommand({}));
  return Reservations.flatMap(({ Instances = [] }) => Instances)
    .filter(({ State }) => State?.Name === 'running')
    .map(({ InstanceLifecycle = 'on-demand', Tags = [] }) => {
      const name = Tags.find(({ Key }) => Key === 'Name')?.Value ?? '';
      return `${name.replace('eks-multus-cluster-', '')} ${InstanceLifecycle}`;
    })
    .toSorted();
}

it('makes one group of the last spot instance, the other on demand, and leaves nothing of its first try', async () => {
  const empty = await inventory();
  const report = await run('deploy', 'ng1', 'ng2');
  const sold = await instances();
  expect(sold.map((one) => one.split(' ')[1]).toSorted()).toEqual(['on-demand', 'spot']);
  const [fell = ''] = sold.filter((one) => one.endsWith('on-demand')).map((one) => one.slice(0, 3));
  expect(report.notes).toContainEqual(
    expect.stringContaining(`no spot capacity for node group ${fell} `),
  );
  expect(report.stacks.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual(
    expect.arrayContaining([
      `eks-multus-cluster-${fell} failed`,
      `eks-multus-cluster-${fell} created`,
    ]),
  );
  expect(report.price?.lines).toContainEqual({
    part: 'm5.xlarge, spot in ap-northeast-2a',
    count: 1,
    each: expect.closeTo(0.0484, 6),
  });
  await run('destroy', 'ng1', 'ng2');
  expect(leftovers(empty, await inventory())).toEqual({});
});
