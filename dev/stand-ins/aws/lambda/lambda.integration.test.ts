import { PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateRoleCommand } from '@aws-sdk/client-iam';
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  InvokeCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { strToU8, zipSync } from 'fflate';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../testing/local-aws.ts';
import { startTestAws, type TestAws } from '../testing/stand-in.ts';

let test: TestAws;
let Role: string | undefined;

beforeAll(async () => {
  test = await startTestAws({ pace: { retryDelaysMs: [10, 10] } });
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [] });
  const role = { RoleName: 'function', AssumeRolePolicyDocument };
  Role = (await test.clients.iam.send(new CreateRoleCommand(role))).Role?.Arn;
});

afterAll(() => test?.stop());

it('gives a handler its event, context, role and variables, and nothing from this machine', async () => {
  process.env['OF_THIS_MACHINE'] = 'secret';
  await create(
    'good',
    'export const run = async (event, context) => ({ event, context, env: process.env });',
  );
  const { payload } = await invoke('good', { hello: 'world' });
  delete process.env['OF_THIS_MACHINE'];
  expect(payload).toMatchObject({
    event: { hello: 'world' },
    context: { functionName: 'good', memoryLimitInMB: '128', logGroupName: '/aws/lambda/good' },
    env: { COLOUR: 'blue', AWS_REGION: 'ap-northeast-2', AWS_ENDPOINT_URL: test.endpoint },
  });
  expect(payload.env).not.toHaveProperty('OF_THIS_MACHINE');
  expect(payload.env).not.toHaveProperty('NODE_COMPILE_CACHE');
  expect(payload.env.AWS_ACCESS_KEY_ID).toMatch(/^ASIA/);
});

it('does not take the output of a handler for its result', async () => {
  await create(
    'loud',
    `export const run = () => { console.log('{"result":1}'); return 'quiet'; };`,
  );
  expect(await invoke('loud')).toEqual({ failed: undefined, payload: 'quiet' });
});

it.each([
  ['throws', `export const run = () => { throw new RangeError('too far'); };`, 'too far'],
  ['exits', 'export const run = () => process.exit(3);', 'exit status 3'],
  [
    'hangs',
    'export const run = () => new Promise((r) => setTimeout(r, 600_000));',
    'Task timed out after 1.00 seconds',
    1,
  ],
  ['has no such export', 'export const other = 1;', 'index.run is undefined or not exported'],
])('answers with the error of a handler that %s', async (what, code, message, timeout?: number) => {
  const name = what.replaceAll(' ', '-');
  await create(name, code, timeout);
  const { failed, payload } = await invoke(name);
  expect(failed).toBe('Unhandled');
  expect(payload.errorMessage).toContain(message);
});

it('runs the latest code', async () => {
  await create('changing', 'export const run = () => 1;');
  const ZipFile = zipSync({ 'index.mjs': strToU8('export const run = () => 2;') });
  const update = new UpdateFunctionCodeCommand({ FunctionName: 'changing', ZipFile });
  await test.clients.lambda.send(update);
  expect((await invoke('changing')).payload).toBe(2);
  await test.clients.lambda.send(new DeleteFunctionCommand({ FunctionName: 'changing' }));
  await expect(invoke('changing')).rejects.toThrow();
});

it('attempts an asynchronous invocation three times', async () => {
  await create('failing', `export const run = () => { throw new Error('again'); };`);
  await test.clients.lambda.send(
    new InvokeCommand({ FunctionName: 'failing', InvocationType: 'Event' }),
  );
  await eventually(async () => test.aws.problems().some((each) => each.includes('again')));
  expect(test.aws.problems()).toEqual(['invoke failing: again']);
});

it('does not run a function for a rule that its policy does not allow', async () => {
  const { events } = test.clients;
  await events.send(
    new PutRuleCommand({
      Name: 'any',
      EventPattern: JSON.stringify({ source: ['aws.autoscaling'] }),
    }),
  );
  const Arn = `arn:aws:lambda:ap-northeast-2:123456789012:function:good`;
  await events.send(new PutTargetsCommand({ Rule: 'any', Targets: [{ Id: 'good', Arn }] }));
  test.aws.bus.emit({ source: 'aws.autoscaling', 'detail-type': 'x', resources: [], detail: {} });
  await eventually(async () =>
    test.aws.problems().some((each) => each.includes('does not allow arn:aws:events')),
  );
});

/** A timeout that is long enough to start a function on a busy machine. */
async function create(FunctionName: string, code: string, Timeout = 60): Promise<void> {
  const ZipFile = zipSync({ 'index.mjs': strToU8(code) });
  await test.clients.lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Role,
      Runtime: 'nodejs24.x',
      Handler: 'index.run',
      Timeout,
      Code: { ZipFile },
      Environment: { Variables: { COLOUR: 'blue' } },
    }),
  );
}

async function invoke(FunctionName: string, event: unknown = {}) {
  const Payload = Buffer.from(JSON.stringify(event));
  const answer = await test.clients.lambda.send(new InvokeCommand({ FunctionName, Payload }));
  const payload = JSON.parse(Buffer.from(answer.Payload ?? []).toString());
  return { failed: answer.FunctionError, payload };
}
