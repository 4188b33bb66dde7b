import {
  type QueryParams,
  requiredText,
  ServiceError,
  textOf,
} from '../../gateway/query-protocol.ts';
import type { ChangeSet } from '../change-set.ts';
import { findStack, type Region } from '../engine.ts';
import type { Stack } from '../stack.ts';

/** The stack that `StackName` refers to; throws CloudFormation's ValidationError if there is none. */
export function requiredStack(
  region: Region,
  params: QueryParams,
  missing = (name: string) => `Stack with id ${name} does not exist`,
): Stack {
  const name = requiredText(params, 'StackName');
  const found = findStack(region, name);
  if (found !== undefined) return found;
  throw new ServiceError('ValidationError', missing(name));
}

/** The words that events and change sets have for a missing stack. */
export function missingStack(name: string): string {
  return `Stack [${name}] does not exist`;
}

/** The change set that `ChangeSetName` (with `StackName`, or alone as an ARN) refers to. */
export function requiredChangeSet(region: Region, params: QueryParams): ChangeSet {
  const found = findChangeSet(region, params);
  if (found !== undefined) return found;
  const name = requiredText(params, 'ChangeSetName');
  throw new ServiceError('ChangeSetNotFound', `ChangeSet [${name}] does not exist`, 404);
}

export function findChangeSet(region: Region, params: QueryParams): ChangeSet | undefined {
  const name = requiredText(params, 'ChangeSetName');
  if (name.startsWith('arn:')) return region.changeSets.find(({ id }) => id === name);
  if (textOf(params, 'StackName') === undefined) {
    throw new ServiceError(
      'ValidationError',
      'StackName must be specified if ChangeSetName is not specified as an ARN.',
    );
  }
  const stack = requiredStack(region, params, missingStack);
  return region.changeSets.find((one) => one.stack === stack && one.name === name);
}
