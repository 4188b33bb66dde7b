import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  type FunctionConfiguration,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import type { S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import type { AwsCall } from '../gateway/aws-call.ts';
import type { Answer } from '../gateway/gateway.ts';
import { matchRoute } from '../gateway/rest-json.ts';
import { allowsService } from '../identity/trust-policy.ts';
import { createDeployments, type Deployment, nameOf } from './deployments.ts';
import { type InvocationOutcome, invokeOnce, LOG_STREAM } from './invocation.ts';

export interface LambdaOptions {
  /** The gateway, for the handler's own calls. */
  readonly endpoint: string;
  readonly region: string;
  readonly lambda: LambdaClient;
  readonly s3: S3Client;
  readonly sts: STSClient;
  readonly logs: CloudWatchLogsClient;
  /** The folder for unpacked packages. */
  readonly folder: string;
  /** The folder for `lambda-<name>.log` files. */
  readonly logFolder: string;
  readonly problem: (what: string, error: unknown) => void;
  /** Pauses before the retries of an asynchronous invocation. Lambda waits one and two minutes. */
  readonly retryDelaysMs?: readonly number[];
}

export interface Lambda {
  /** Handles a call that changed a function. */
  observe(call: AwsCall): void;
  /** Serves the Invoke API. */
  readonly answer: Answer;
  /** Invokes a function asynchronously on behalf of a rule, if the function's policy allows it. */
  invokeForRule(functionArn: string, event: object, ruleArn: string): Promise<void>;
  /** Invokes a function synchronously. */
  invoke(name: string, event: unknown): Promise<InvocationOutcome>;
}

/**
 * Runs the functions of the Lambda API: their real deployment packages, in Node processes, with the
 * credentials of their roles. Leaves out other runtimes, layers, VPC, concurrency limits and warm starts.
 */
export function createLambda(options: LambdaOptions): Lambda {
  const deployments = createDeployments(options.s3, options.folder);
  const { retryDelaysMs = [1_000, 2_000], problem } = options;

  const invoke = async (name: string, event: unknown): Promise<InvocationOutcome> => {
    const configuration = await options.lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: name }),
    );
    const deployment = await deployments.find(name);
    const lines: string[] = [];
    const outcome = await invokeOnce({
      configuration,
      deployment,
      event,
      onLine: (line: string) => lines.push(line),
      endpoint: options.endpoint,
      region: options.region,
      credentials: await roleCredentials(options.sts, configuration),
    });
    await keepLog(options, nameOf(name), deployment, lines);
    return outcome;
  };

  const invokeLater = async (name: string, event: unknown): Promise<void> => {
    for (const delay of [...retryDelaysMs, undefined]) {
      const outcome = await invoke(name, event);
      if ('result' in outcome) return;
      if (delay === undefined) problem(`invoke ${name}`, outcome.error.errorMessage);
      else await new Promise((resolve) => setTimeout(resolve, delay));
    }
  };

  return {
    observe: (call) => deployments.observe(call),
    invoke,
    async invokeForRule(functionArn, event, ruleArn) {
      const name = nameOf(functionArn);
      if (!(await mayInvoke(options.lambda, name, ruleArn))) {
        problem(`invoke ${name}`, `its resource policy does not allow ${ruleArn} to invoke it`);
        return;
      }
      await invokeLater(name, event);
    },
    answer: async (call) => {
      if (call.service !== 'lambda') return undefined;
      const route = 'POST /2015-03-31/functions/{name}/invocations';
      const name = matchRoute(route, call.method, call.path)?.['name'];
      if (name === undefined) return undefined;
      const event = call.body.length === 0 ? {} : JSON.parse(call.body.toString('utf8'));
      if (call.headers['x-amz-invocation-type'] === 'Event') {
        invokeLater(name, event).catch((error) => problem(`invoke ${name}`, error));
        return { status: 202, body: '' };
      }
      const outcome = await invoke(name, event);
      const failed = 'error' in outcome;
      const headers = { 'content-type': 'application/json' };
      return {
        status: 200,
        headers: failed ? { ...headers, 'x-amz-function-error': 'Unhandled' } : headers,
        body: JSON.stringify(failed ? outcome.error : outcome.result),
      };
    },
  };
}

async function roleCredentials(sts: STSClient, { Role, FunctionName }: FunctionConfiguration) {
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({ RoleArn: Role, RoleSessionName: FunctionName?.slice(0, 64) }),
  );
  return {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  };
}

async function mayInvoke(lambda: LambdaClient, name: string, ruleArn: string): Promise<boolean> {
  try {
    const { Policy } = await lambda.send(new GetPolicyCommand({ FunctionName: name }));
    return allowsService(JSON.parse(Policy ?? '{}'), {
      service: 'events.amazonaws.com',
      action: 'lambda:InvokeFunction',
      sourceArn: ruleArn,
    });
  } catch (error) {
    if ((error as Error).name === 'ResourceNotFoundException') return false;
    throw error;
  }
}

/** Writes the log to a file and to CloudWatch Logs. Does not create a missing log group. */
async function keepLog(
  { logs, logFolder, problem }: LambdaOptions,
  name: string,
  { logGroup: logGroupName }: Deployment,
  lines: readonly string[],
): Promise<void> {
  await mkdir(logFolder, { recursive: true });
  await appendFile(join(logFolder, `lambda-${name}.log`), `${lines.join('\n')}\n`);
  const stream = { logGroupName, logStreamName: LOG_STREAM };
  const timestamp = Date.now();
  const logEvents = lines.filter(Boolean).map((message) => ({ message, timestamp }));
  try {
    await logs.send(new CreateLogStreamCommand(stream)).catch((error: Error) => {
      if (error.name !== 'ResourceAlreadyExistsException') throw error;
    });
    await logs.send(new PutLogEventsCommand({ ...stream, logEvents }));
  } catch (error) {
    if ((error as Error).name !== 'ResourceNotFoundException') problem(`log of ${name}`, error);
  }
}
