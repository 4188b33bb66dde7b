import { join } from 'node:path';
import type { FunctionConfiguration } from '@aws-sdk/client-lambda';
import { run } from '../../../tools/process.ts';
import { objectOf } from '../gateway/rest-json.ts';
import type { Deployment } from './deployments.ts';

export interface InvocationOptions {
  readonly configuration: FunctionConfiguration;
  readonly deployment: Deployment;
  readonly event: unknown;
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: SessionCredentials;
  readonly onLine: (line: string) => void;
}

export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** The outcome of an invocation: a result, or the error object that Lambda returns. */
export type InvocationOutcome =
  | { readonly result: unknown }
  | { readonly error: { readonly errorType: string; readonly errorMessage: string } };

/** Runs a handler once, in a Node process of its own, with its role's credentials and its timeout. */
export async function invokeOnce(options: InvocationOptions): Promise<InvocationOutcome> {
  const { configuration, deployment, event } = options;
  const seconds = configuration.Timeout ?? 3;
  const requestId = crypto.randomUUID();
  options.onLine(`START RequestId: ${requestId} Version: $LATEST`);
  const began = Date.now();
  const context = contextOf(options, requestId, began + seconds * 1000);
  const timeout = AbortSignal.timeout(seconds * 1000);
  try {
    const output = await run(
      process.execPath,
      [join(import.meta.dirname, 'runner.ts'), deployment.folder, configuration.Handler ?? ''],
      {
        env: environmentOf(options),
        cwd: deployment.folder,
        signal: timeout,
        input: JSON.stringify({ event, context }),
        onLine: (line) => {
          if (!isOutcome(line)) options.onLine(line);
        },
      },
    );
    return JSON.parse(output.split('\n').at(-1) ?? '');
  } catch (error) {
    const why = timeout.aborted
      ? `Task timed out after ${seconds.toFixed(2)} seconds`
      : exitReason(error);
    const errorMessage = `RequestId: ${requestId} Error: ${why}`;
    const errorType = timeout.aborted ? 'Sandbox.Timedout' : 'Runtime.ExitError';
    options.onLine(errorMessage);
    return { error: { errorType, errorMessage } };
  } finally {
    options.onLine(`END RequestId: ${requestId}`);
    options.onLine(`REPORT RequestId: ${requestId} Duration: ${Date.now() - began} ms`);
  }
}

/** Lambda's words for a process that ended before it answered. */
function exitReason(error: unknown): string {
  const [, code] = /exit code (\d+)/.exec(error instanceof Error ? error.message : '') ?? [];
  return code === undefined
    ? 'Runtime exited without providing a reason'
    : `Runtime exited with error: exit status ${code}`;
}

function isOutcome(line: string): boolean {
  return /^\{"(result|error)":/.test(line);
}

function contextOf(options: InvocationOptions, awsRequestId: string, deadlineMs: number) {
  const { configuration, deployment } = options;
  return {
    awsRequestId,
    deadlineMs,
    functionName: configuration.FunctionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: configuration.FunctionArn,
    memoryLimitInMB: String(configuration.MemorySize ?? 128),
    logGroupName: deployment.logGroup,
    logStreamName: LOG_STREAM,
  };
}

/** One log stream for each run of the rehearsal; Lambda has one for each execution environment. */
export const LOG_STREAM = `${new Date().toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${crypto.randomUUID().replaceAll('-', '')}`;

/**
 * The variables that Lambda documents and those of the function; of this machine's environment only PATH. The runner keeps
 * to itself where Node stores the compiled code, beside the code: a function that is invoked again then starts sooner.
 */
function environmentOf(options: InvocationOptions): NodeJS.ProcessEnv {
  const { configuration, deployment, region, credentials } = options;
  return {
    PATH: process.env['PATH'],
    TZ: ':UTC',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ENDPOINT_URL: options.endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_EXECUTION_ENV: `AWS_Lambda_${configuration.Runtime ?? 'nodejs24.x'}`,
    AWS_LAMBDA_FUNCTION_NAME: configuration.FunctionName,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(configuration.MemorySize ?? 128),
    AWS_LAMBDA_LOG_GROUP_NAME: deployment.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: LOG_STREAM,
    LAMBDA_TASK_ROOT: deployment.folder,
    _HANDLER: configuration.Handler,
    NODE_NO_WARNINGS: '1',
    NODE_COMPILE_CACHE: `${deployment.folder}-compiled`,
    ...(objectOf(configuration.Environment?.Variables) as Record<string, string> | undefined),
  };
}
