import {
  AddPermissionCommand,
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  DeleteFunctionCommand,
  GetFunctionConfigurationCommand,
  RemovePermissionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { sameValue, type Values } from '../language/value.ts';
import { isMissing } from './failure.ts';
import { handler, type ResourceContext } from './handler.ts';
import { type TagPair, tagChanges } from './tags.ts';

type Input = CreateFunctionCommandInput;

interface Code {
  readonly S3Bucket?: string;
  readonly S3Key?: string;
  readonly S3ObjectVersion?: string;
}

interface LambdaFunction {
  readonly FunctionName?: string;
  readonly Code: Code;
  readonly Role: string;
  readonly Handler?: string;
  readonly Runtime?: Input['Runtime'];
  readonly Description?: string;
  readonly Timeout?: number;
  readonly MemorySize?: number;
  readonly Architectures?: Input['Architectures'];
  readonly Environment?: Input['Environment'];
  readonly LoggingConfig?: Input['LoggingConfig'];
  readonly Tags?: readonly TagPair[];
}

const lambdaFunction = handler<LambdaFunction>({
  properties: [
    'FunctionName',
    'Code',
    'Role',
    'Handler',
    'Runtime',
    'Description',
    'Timeout',
    'MemorySize',
    'Architectures',
    'Environment',
    'LoggingConfig',
    'Tags',
  ],
  async create(properties, context) {
    const name = properties.FunctionName ?? context.name(64);
    const { lambda } = context.clients;
    const { Code, Architectures } = properties;
    await requireCode(Code, context);
    const input = { ...configuration(name, properties), Code: { ...Code }, Architectures };
    const command = new CreateFunctionCommand({ ...input, Tags: { ...context.tags } });
    const made = await oncePropagated(`Role of function ${name}`, context, () =>
      lambda.send(command),
    );
    const attributes = { Arn: made.FunctionArn ?? '' };
    context.initiated(name, attributes);
    await active(name, context);
    return { id: name, attributes };
  },
  async update({ id, properties: before, tags, attributes }, after, context) {
    const { lambda } = context.clients;
    const { Code, Architectures } = after;
    if (!sameValue(before.Code as Values, Code as Values)) {
      await requireCode(Code, context);
      const input = { FunctionName: id, ...Code, Architectures };
      await lambda.send(new UpdateFunctionCodeCommand(input));
      await active(id, context);
    }
    await lambda.send(new UpdateFunctionConfigurationCommand(configuration(id, after)));
    await active(id, context);
    await retag(String(attributes['Arn']), tags, context);
    return attributes;
  },
  async delete({ id }, { clients }) {
    await clients.lambda.send(new DeleteFunctionCommand({ FunctionName: id }));
  },
});

function configuration(FunctionName: string, properties: LambdaFunction) {
  const { Role, Handler, Runtime, Description, Timeout, MemorySize, Environment, LoggingConfig } =
    properties;
  return {
    FunctionName,
    Role,
    Handler,
    Runtime,
    Description,
    Timeout,
    MemorySize,
    Environment,
    LoggingConfig,
  };
}

/** Lambda refuses missing code but moto does not, so this checks that the object exists. */
async function requireCode(code: Code, { clients }: ResourceContext): Promise<void> {
  const { S3Bucket: Bucket, S3Key: Key, S3ObjectVersion: VersionId } = code;
  try {
    await clients.s3.send(new HeadObjectCommand({ Bucket, Key, VersionId }));
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
    const reason = `Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist. (${Bucket}/${Key})`;
    throw new Error(reason, { cause });
  }
}

const ROLE_ATTEMPTS = 20;

/** Lambda may not know a new role yet, so this retries for a limited time. */
function oncePropagated<T>(
  what: string,
  { until }: ResourceContext,
  call: () => Promise<T>,
): Promise<T> {
  let attempts = 0;
  return until(what, async () => {
    attempts += 1;
    try {
      return await call();
    } catch (error) {
      const young = error instanceof Error && /cannot be assumed by Lambda/.test(error.message);
      if (young && attempts < ROLE_ATTEMPTS) return undefined;
      throw error;
    }
  });
}

async function active(FunctionName: string, { clients, until }: ResourceContext): Promise<void> {
  await until(`Function ${FunctionName}`, async () => {
    const found = await clients.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    if (found.State === 'Failed' || found.LastUpdateStatus === 'Failed') {
      throw new Error(found.StateReason ?? found.LastUpdateStatusReason ?? 'the function failed');
    }
    const updated = (found.LastUpdateStatus ?? 'Successful') === 'Successful';
    return (found.State ?? 'Active') === 'Active' && updated ? true : undefined;
  });
}

async function retag(Resource: string, before: Values | object, context: ResourceContext) {
  const { set, removed } = tagChanges(before as Record<string, string>, context.tags);
  const { lambda } = context.clients;
  if (Object.keys(set).length > 0) {
    await lambda.send(new TagResourceCommand({ Resource, Tags: { ...set } }));
  }
  if (removed.length > 0) {
    await lambda.send(new UntagResourceCommand({ Resource, TagKeys: [...removed] }));
  }
}

interface Permission {
  readonly FunctionName: string;
  readonly Action: string;
  readonly Principal: string;
  readonly SourceArn?: string;
  readonly SourceAccount?: string;
}

const permission = handler<Permission>({
  properties: ['FunctionName', 'Action', 'Principal', 'SourceArn', 'SourceAccount'],
  async create(properties, context) {
    const StatementId = context.name(100);
    await context.clients.lambda.send(new AddPermissionCommand({ ...properties, StatementId }));
    return { id: StatementId, attributes: { Id: StatementId } };
  },
  async delete({ id: StatementId, properties: { FunctionName } }, { clients }) {
    await clients.lambda.send(new RemovePermissionCommand({ FunctionName, StatementId }));
  },
});

export const lambdaHandlers = {
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::Lambda::Permission': permission,
};
