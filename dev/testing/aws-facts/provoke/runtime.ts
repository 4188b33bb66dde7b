import {
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  FilterLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateRepositoryCommand, DescribeImagesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { DeleteRuleCommand, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateRoleCommand } from '@aws-sdk/client-iam';
import {
  CreateFunctionCommand,
  GetFunctionCommand,
  GetPolicyCommand,
  InvokeCommand,
} from '@aws-sdk/client-lambda';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { strToU8, zipSync } from 'fflate';
import { REGION } from '../../../stand-ins/aws/testing/local-aws.ts';
import type { Provocations, World } from './world.ts';

const roles = new WeakMap<World, Promise<string>>();

/** The role of the functions. */
function roleOf(world: World): Promise<string> {
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [] });
  const input = { RoleName: 'facts-function', AssumeRolePolicyDocument };
  const made = async () =>
    (await world.clients.iam.send(new CreateRoleCommand(input))).Role?.Arn ?? '';
  const found = roles.get(world) ?? made();
  roles.set(world, found);
  return found;
}

/** Makes a function of one line, and calls it. */
async function invoke(world: World, FunctionName: string, body: string) {
  await create(world, FunctionName, body);
  return world.clients.lambda.send(new InvokeCommand({ FunctionName }));
}

async function create(world: World, FunctionName: string, body: string): Promise<void> {
  const code = strToU8(`export const handler = async () => { ${body} };`);
  await world.clients.lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Role: await roleOf(world),
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Timeout: 1,
      Code: { ZipFile: zipSync({ 'index.mjs': code }) },
    }),
  );
}

/** How to provoke the answers of CloudWatch Logs. */
export const LOGS: Provocations = {
  'log-group-unknown': ({ clients }) =>
    clients.logs.send(new DeleteLogGroupCommand({ logGroupName: 'nobody' })),
  'log-group-taken': async ({ clients }) => {
    const group = { logGroupName: 'facts-taken' };
    await clients.logs.send(new CreateLogGroupCommand(group));
    return clients.logs.send(new CreateLogGroupCommand(group));
  },
  'log-lines-of-unknown-group': ({ clients }) =>
    clients.logs.send(new FilterLogEventsCommand({ logGroupName: 'nobody' })),
  'logs-throttled': ({ throttled }) =>
    throttled.logs.send(new FilterLogEventsCommand({ logGroupName: 'x' })),
};

/** How to provoke the answers of Lambda. */
export const LAMBDA: Provocations = {
  'function-unknown': ({ clients }) =>
    clients.lambda.send(new GetFunctionCommand({ FunctionName: 'nobody' })),
  'function-without-policy': async (world) => {
    await create(world, 'facts-plain', '');
    return world.clients.lambda.send(new GetPolicyCommand({ FunctionName: 'facts-plain' }));
  },
  'function-timed-out': (world) =>
    invoke(world, 'facts-slow', 'await new Promise((r) => setTimeout(r, 60_000));'),
  'function-exited': (world) => invoke(world, 'facts-exit', 'process.exit(0);'),
  'function-threw': (world) => invoke(world, 'facts-throw', "throw new Error('too far');"),
};

const ecr = ({ aws }: World) =>
  new ECRClient({
    endpoint: aws.endpoint,
    region: REGION,
    credentials: { accessKeyId: 'AKIAREHEARSALACCOUNT', secretAccessKey: 's' },
  });
const describeImage = (repositoryName: string) =>
  new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag: 'v1' }] });

/** How to provoke the answers of ECR. */
export const ECR: Provocations = {
  'image-unknown': async (world) => {
    await ecr(world).send(new CreateRepositoryCommand({ repositoryName: 'facts' }));
    return ecr(world).send(describeImage('facts'));
  },
  'repository-unknown': (world) => ecr(world).send(describeImage('facts-of-nobody')),
};

/** How to provoke the answers of Systems Manager and EventBridge. */
export const OTHERS: Provocations = {
  'parameter-unknown': ({ clients }) =>
    clients.ssm.send(new GetParameterCommand({ Name: '/nobody' })),
  'rule-with-targets': async ({ clients }) => {
    const EventPattern = JSON.stringify({ source: ['aws.autoscaling'] });
    await clients.events.send(new PutRuleCommand({ Name: 'facts', EventPattern }));
    const Targets = [{ Id: 't', Arn: 'arn:aws:lambda:ap-northeast-2:123456789012:function:f' }];
    await clients.events.send(new PutTargetsCommand({ Rule: 'facts', Targets }));
    return clients.events.send(new DeleteRuleCommand({ Name: 'facts' }));
  },
};
