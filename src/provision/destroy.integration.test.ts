import {
  CloudFormationClient,
  CreateChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackResourceCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation';
import { CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateNetworkInterfaceCommand,
  DeleteNetworkInterfaceCommand,
  DescribeSecurityGroupsCommand,
} from '@aws-sdk/client-ec2';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { steadyPacing } from '../../dev/stand-ins/aws/cloudformation/pacing/pacing.ts';
import { scriptedPacing } from '../../dev/stand-ins/aws/cloudformation/testing/scripted-pacing.ts';
import { type Inventory, leftovers, takeInventory } from '../../dev/stand-ins/aws/inventory.ts';
import { eventually, REGION } from '../../dev/stand-ins/aws/testing/local-aws.ts';
import { startTestAws, type TestAws } from '../../dev/stand-ins/aws/testing/stand-in.ts';
import { runProvisionAtSpeed } from '../../dev/testing/programs/run-bundle.ts';
import { LAB_INPUTS } from '../../dev/testing/samples/lab-inputs.ts';

const NAME = 'eks-multus-cluster';
const BUCKET = `eks-multus-123456789012-${REGION}`;
/** How many times faster the action's clock runs: the stand-in takes almost no time. */
const SPEED = 20;
const CREDENTIALS = { accessKeyId: 'AKIAREHEARSALACCOUNT', secretAccessKey: 'secret' };

const scripted = scriptedPacing();

let aws: TestAws;
let stacks: CloudFormationClient;
let empty: Inventory;

beforeAll(async () => {
  aws = await startTestAws({
    pacing: { ...steadyPacing(), before: scripted.before, releaseMs: 1_500 },
  });
  const config = { endpoint: aws.endpoint, region: REGION, credentials: CREDENTIALS };
  stacks = new CloudFormationClient(config);
  empty = await inventory();
});
afterEach(() => scripted.release());
afterAll(() => aws?.stop());

const inventory = () => takeInventory({ endpoint: aws.endpoint, region: REGION });

async function run(command: string, changes: Readonly<Record<string, string>> = {}) {
  return runProvisionAtSpeed(
    SPEED,
    { ...LAB_INPUTS, command, ...changes },
    {
      AWS_ENDPOINT_URL: aws.endpoint,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    },
  );
}

async function resource(LogicalResourceId: string) {
  const input = { StackName: NAME, LogicalResourceId };
  return (await stacks.send(new DescribeStackResourceCommand(input))).StackResourceDetail;
}

const physicalId = async (logicalId: string) =>
  (await resource(logicalId))?.PhysicalResourceId ?? '';
const statusOf = async (logicalId: string) => (await resource(logicalId))?.ResourceStatus;

/** Creates a detached interface, such as nodes leave behind. */
async function leak(
  Description: string,
  SubnetId: string,
  tags: Readonly<Record<string, string>>,
  groups: readonly string[] = [],
): Promise<string> {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const { NetworkInterface } = await aws.clients.ec2.send(
    new CreateNetworkInterfaceCommand({
      SubnetId,
      Description,
      ...(groups.length === 0 ? {} : { Groups: [...groups] }),
      TagSpecifications: [{ ResourceType: 'network-interface', Tags }],
    }),
  );
  return NetworkInterface?.NetworkInterfaceId ?? '';
}

async function clusterGroup(): Promise<string> {
  const { SecurityGroups = [] } = await aws.clients.ec2.send(
    new DescribeSecurityGroupsCommand({
      Filters: [{ Name: 'tag:aws:eks:cluster-name', Values: [NAME] }],
    }),
  );
  return SecurityGroups[0]?.GroupId ?? '';
}

async function isEmpty() {
  expect(leftovers(empty, await inventory())).toEqual({});
}

describe('an environment with leftovers', () => {
  beforeEach(async () => {
    const { exitCode, log } = await run('deploy');
    expect(exitCode, log).toBe(0);
  });

  it('is removed with interfaces that nodes left, old versions of staged files, and logs that EKS created again', async () => {
    const [subnet, other] = [
      await physicalId('PrivateSubnet1'),
      await physicalId('PrivateSubnet2'),
    ];
    const leaked = [
      await leak('aws-K8S-i-0123', subnet, { 'cluster.k8s.amazonaws.com/name': NAME }),
      await leak('aws-K8S-i-4567', subnet, {}),
      await leak('Multus eth1 of i-89ab', other, { 'eks-multus-actions/cluster': NAME }),
    ];
    const s3 = new S3Client({
      endpoint: aws.endpoint,
      region: REGION,
      credentials: CREDENTIALS,
      forcePathStyle: true,
    });
    for (const Body of ['one', 'two']) {
      await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: `${NAME}/old.zip`, Body }));
    }
    const logGroupName = `/aws/eks/${NAME}/cluster`;
    let madeAgain: Promise<unknown> | undefined;
    const stop = aws.aws.gateway.onMutation((service, action, { body }) => {
      if (service !== 'logs' || action !== 'DeleteLogGroup') return;
      if (!body.toString('utf8').includes(logGroupName)) return;
      stop();
      madeAgain = aws.clients.logs.send(new CreateLogGroupCommand({ logGroupName }));
    });
    const { exitCode, log, summary } = await run('destroy');
    expect(exitCode, log).toBe(0);
    expect(madeAgain).toBeDefined();
    await madeAgain;
    for (const id of leaked) expect(summary).toContain(id);
    expect(summary).toContain('Removed 3 staged objects.');
    expect(summary).toContain('| Stacks | 0 |  |');
    await isEmpty();
  });

  it('is removed with an interface and the security group that appear during the deletion of the cluster', async () => {
    const [subnet, group] = [await physicalId('PrivateSubnet1'), await clusterGroup()];
    scripted.script(NAME, 'delete', 'Cluster', 'hold');
    const destroying = run('destroy');
    await eventually(async () => (await statusOf('Cluster')) === 'DELETE_IN_PROGRESS');
    // As if a node of another zone ended later: after the sweep and before the cluster.
    const late = await leak('aws-K8S-i-cdef', subnet, {}, [group]);
    scripted.release();
    const { exitCode, log, summary } = await destroying;
    expect(exitCode, log).toBe(0);
    expect(summary).toContain(late);
    expect(log).toContain('DELETE_FAILED');
    await isEmpty();
  });

  it('stops at a resource that is not ours, names it, and continues after its removal', async () => {
    const foreign = await leak('somebody else', await physicalId('PrivateSubnet1'), {});
    const failed = await run('destroy');
    expect(failed.exitCode).toBe(1);
    expect(failed.errors.join('\n')).toContain(`${foreign} (somebody else, available)`);
    expect(failed.summary).toContain(`| ${NAME} | failed |`);
    await aws.clients.ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: foreign }));
    const again = await run('destroy');
    expect(again.exitCode, again.log).toBe(0);
    await isEmpty();
    const third = await run('destroy');
    expect(third.exitCode, third.log).toBe(0);
    expect(third.summary).toContain('Nothing to do');
  });
});

describe('stacks', () => {
  const template = JSON.stringify({
    Resources: { Logs: { Type: 'AWS::Logs::LogGroup', Properties: {} } },
  });

  async function changeSet(StackName: string, tag?: string): Promise<string> {
    const { Id } = await stacks.send(
      new CreateChangeSetCommand({
        StackName,
        ChangeSetName: 'one',
        ChangeSetType: 'CREATE',
        TemplateBody: template,
        ...(tag === undefined ? {} : { Tags: [{ Key: 'eks-multus:environment', Value: tag }] }),
      }),
    );
    return Id ?? '';
  }
  const stackStatus = (StackName: string) =>
    stacks.send(new DescribeStacksCommand({ StackName })).then(
      ({ Stacks = [] }) => Stacks[0]?.StackStatus,
      () => undefined,
    );
  const exists = async (name: string) => (await stackStatus(name)) !== undefined;

  it('of somebody else with the same name are not touched', async () => {
    const ChangeSetName = await changeSet('theirs');
    await eventually(async () => {
      const { Status } = await stacks.send(new DescribeChangeSetCommand({ ChangeSetName }));
      return Status === 'CREATE_COMPLETE';
    });
    await stacks.send(new ExecuteChangeSetCommand({ ChangeSetName }));
    await eventually(async () => (await stackStatus('theirs')) === 'CREATE_COMPLETE');
    const { exitCode, log, summary } = await run('destroy', { environment: 'theirs' });
    expect(exitCode, log).toBe(0);
    expect(summary).toContain('Stack theirs is not touched');
    expect(await stackStatus('theirs')).toBe('CREATE_COMPLETE');
    await stacks.send(new DeleteStackCommand({ StackName: 'theirs' }));
    await eventually(async () => !(await exists('theirs')));
  });

  it('that were never created are removed, for whatever group; those of other environments stay', async () => {
    await changeSet(`${NAME}-forgotten`, NAME);
    await changeSet(`${NAME}-two`, `${NAME}-two`);
    const { exitCode, log } = await run('destroy');
    expect(exitCode, log).toBe(0);
    expect(await exists(`${NAME}-forgotten`)).toBe(false);
    expect(await exists(`${NAME}-two`)).toBe(true);
    await stacks.send(new DeleteStackCommand({ StackName: `${NAME}-two` }));
    await eventually(async () => !(await exists(`${NAME}-two`)));
    await isEmpty();
  });
});
