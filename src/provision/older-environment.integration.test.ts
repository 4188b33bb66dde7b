import { readFile } from 'node:fs/promises';
import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { steadyPacing } from '../../dev/stand-ins/aws/cloudformation/pacing/pacing.ts';
import { leftovers, takeInventory } from '../../dev/stand-ins/aws/inventory.ts';
import { REGION } from '../../dev/stand-ins/aws/testing/local-aws.ts';
import { startTestAws, type TestAws } from '../../dev/stand-ins/aws/testing/stand-in.ts';
import { fakeNamespaces } from '../../dev/testing/fakes/fake-namespaces.ts';
import { LAB_INPUTS } from '../../dev/testing/samples/lab-inputs.ts';
import { packFile } from '../core/pack-files.ts';
import { provisionInProcess } from './testing/provision-in-process.ts';

const credentials = { accessKeyId: 'AKIAREHEARSALACCOUNT', secretAccessKey: 'secret' };
const GROUP = 'eks-multus-cluster-ng1';

let aws: TestAws;
beforeAll(async () => {
  aws = await startTestAws({ pacing: steadyPacing(20) });
  vi.stubEnv('AWS_ENDPOINT_URL', aws.endpoint);
  vi.stubEnv('AWS_ACCESS_KEY_ID', credentials.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials.secretAccessKey);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await aws?.stop();
});

/** The pack as it was before the infra stack made roles for node groups. */
async function olderPack(...path: readonly string[]): Promise<Uint8Array> {
  const content = await readFile(packFile(...path));
  if (path.at(-1) !== 'infra.yaml') return content;
  const shared = /^ {2}(HookRoleArn|NodeRoleArn|NodeProfileArn):\n( {4}.*\n?)+/gm;
  const [resources = '', outputs = ''] = content.toString().split(/^Outputs:$/m);
  expect(outputs.match(shared)).toHaveLength(3);
  return new TextEncoder().encode(`${resources}Outputs:${outputs.replaceAll(shared, '')}`);
}

const run = (command: string, options: { readonly packFile?: typeof olderPack } = {}) =>
  provisionInProcess(
    { ...LAB_INPUTS, command },
    { speed: 20, kubernetes: fakeNamespaces().api, ...options },
  );

/** The physical ids of the node group's resources, by logical id. */
async function resources(): Promise<Readonly<Record<string, string | undefined>>> {
  const client = new CloudFormationClient({ endpoint: aws.endpoint, region: REGION, credentials });
  const { StackResources = [] } = await client.send(
    new DescribeStackResourcesCommand({ StackName: GROUP }),
  );
  return Object.fromEntries(
    StackResources.filter(({ ResourceStatus }) => ResourceStatus !== 'DELETE_COMPLETE').map(
      ({ LogicalResourceId = '', PhysicalResourceId }) => [LogicalResourceId, PhysicalResourceId],
    ),
  );
}

async function instances() {
  const { Reservations = [] } = await aws.clients.ec2.send(new DescribeInstancesCommand({}));
  return Reservations.flatMap(({ Instances = [] }) => Instances).map(
    ({ InstanceId, State, IamInstanceProfile }) => [
      InstanceId,
      State?.Name,
      IamInstanceProfile?.Arn,
    ],
  );
}

it('an older environment keeps its nodes, their role and their profile, and can be destroyed', async () => {
  const empty = await takeInventory({ endpoint: aws.endpoint, region: REGION });
  await run('deploy', { packFile: olderPack });
  const [before, nodes] = [await resources(), await instances()];
  expect(Object.keys(before)).toEqual(
    expect.arrayContaining(['HookRole', 'NodeAccessEntry', 'NodeProfile', 'NodeRole']),
  );
  await run('deploy');
  const { HookRole: _, ...kept } = before;
  expect(await resources()).toEqual(kept);
  expect(await instances()).toEqual(nodes);
  await run('destroy');
  const left = await takeInventory({ endpoint: aws.endpoint, region: REGION });
  expect(leftovers(empty, left)).toEqual({});
});
