import {
  booleanOf,
  type QueryParams,
  requiredText,
  ServiceError,
  structuresOf,
  textOf,
  textsOf,
} from '../../gateway/query-protocol.ts';
import type { DeploymentRequest } from '../deployment.ts';
import type { Region } from '../engine.ts';
import type { Tags } from '../handlers/handler.ts';
import type { Stack } from '../stack.ts';
import { templateBody } from './template-body.ts';

/**
 * The deployment that a CreateChangeSet request asks for. The stack supplies what the request leaves out.
 */
export async function deploymentRequest(
  region: Region,
  params: QueryParams,
  stack: Stack,
): Promise<DeploymentRequest> {
  const before = stack.deployed;
  const reuse = booleanOf(params, 'UsePreviousTemplate') === true ? before?.body : undefined;
  return {
    body: reuse ?? (await templateBody(region, params)),
    parameters: structuresOf(params, 'Parameters').map((given) => {
      const value = textOf(given, 'ParameterValue');
      return {
        key: requiredText(given, 'ParameterKey'),
        usePrevious: booleanOf(given, 'UsePreviousValue') ?? false,
        ...(value === undefined ? {} : { value }),
      };
    }),
    // A request without `Tags` keeps the stack's tags.
    tags: params['Tags'] === undefined ? (before?.tags ?? {}) : tagsOf(params),
    capabilities: textsOf(params, 'Capabilities'),
    notificationArns: textsOf(params, 'NotificationARNs'),
    roleArn: textOf(params, 'RoleARN') ?? before?.roleArn,
  };
}

function tagsOf(params: QueryParams): Tags {
  const pairs = structuresOf(params, 'Tags').map((tag) => [
    requiredText(tag, 'Key'),
    textOf(tag, 'Value') ?? '',
  ]);
  if (pairs.length > 50)
    throw new ServiceError('ValidationError', 'Stacks can have at most 50 tags');
  return Object.fromEntries(pairs);
}
