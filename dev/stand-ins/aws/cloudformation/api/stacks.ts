import {
  booleanOf,
  type QueryParams,
  requiredText,
  ServiceError,
  textOf,
  textsOf,
  type XmlValue,
} from '../../gateway/query-protocol.ts';
import { type Engine, exportsOf, findStack, type Region } from '../engine.ts';
import { startContinuation, startDeletion, startRollback } from '../operations/operations.ts';
import { isDeleted, type Stack } from '../stack.ts';
import { requiredStack } from './find.ts';
import { pageOf } from './paging.ts';
import { stackAsSeen } from './stack-shape.ts';

/** DescribeStacks: one stack by name or id, or all stacks that are not deleted. */
export function describeStacks(_engine: Engine, region: Region, params: QueryParams): XmlValue {
  const all = () => region.stacks.filter((stack) => !isDeleted(stack)).reverse();
  const found = params['StackName'] === undefined ? all() : [requiredStack(region, params)];
  const { items, next } = pageOf(found, params, 50);
  return { Stacks: items.map(stackAsSeen), NextToken: next };
}

export function listStacks(_engine: Engine, region: Region, params: QueryParams): XmlValue {
  const wanted = textsOf(params, 'StackStatusFilter');
  const found = region.stacks.filter(
    ({ status }) => wanted.length === 0 || wanted.includes(status),
  );
  const { items, next } = pageOf(found.reverse(), params, 100);
  return {
    StackSummaries: items.map((stack) => ({
      StackId: stack.id,
      StackName: stack.name,
      TemplateDescription: stack.deployed?.template.description,
      CreationTime: stack.createdAt,
      LastUpdatedTime: stack.updatedAt,
      DeletionTime: stack.deletedAt,
      StackStatus: stack.status,
      StackStatusReason: stack.statusReason,
      DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
    })),
    NextToken: next,
  };
}

/** DeleteStack: accepted even for a stack that does not exist; refused during an update. */
export function deleteStack(engine: Engine, region: Region, params: QueryParams): XmlValue {
  const stack = findStack(region, requiredText(params, 'StackName'));
  if (stack === undefined || isDeleted(stack) || isBeingDeleted(stack)) return undefined;
  if (stack.terminationProtection) {
    throw new ServiceError(
      'ValidationError',
      `Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`,
    );
  }
  if (/^UPDATE.*_IN_PROGRESS$/.test(stack.status)) {
    throw new ServiceError(
      'ValidationError',
      `Stack [${stack.id}] cannot be deleted while in status ${stack.status}`,
    );
  }
  const retain = textsOf(params, 'RetainResources');
  const force = textOf(params, 'DeletionMode') === 'FORCE_DELETE_STACK';
  if ((force || retain.length > 0) && stack.status !== 'DELETE_FAILED') {
    throw new ServiceError(
      'ValidationError',
      `Invalid operation on stack [${stack.id}]. Resources can only be retained when the stack is in DELETE_FAILED state.`,
    );
  }
  dropChangeSets(region, stack);
  const token = textOf(params, 'ClientRequestToken');
  startDeletion(engine, region, stack, { retain, force, token });
  return undefined;
}

/**
 * Whether a deletion has been accepted. It may still wait for the operation that it cancelled, with the
 * status unchanged.
 */
function isBeingDeleted({ running, operations }: Stack): boolean {
  return running !== undefined && operations.at(-1)?.type === 'DELETE_STACK';
}

function dropChangeSets(region: Region, stack: Stack): void {
  const others = region.changeSets.filter((one) => one.stack !== stack);
  region.changeSets.splice(0, region.changeSets.length, ...others);
}

export function continueUpdateRollback(
  engine: Engine,
  region: Region,
  params: QueryParams,
): XmlValue {
  const stack = requiredStack(region, params);
  if (stack.status !== 'UPDATE_ROLLBACK_FAILED') {
    throw new ServiceError(
      'ValidationError',
      `Stack:${stack.id} is in ${stack.status} state and can not continue rolling back.`,
    );
  }
  const skip = textsOf(params, 'ResourcesToSkip');
  const token = textOf(params, 'ClientRequestToken');
  startContinuation(engine, region, stack, { skip, token });
  return {};
}

/** RollbackStack: from UPDATE_FAILED only. */
export function rollbackStack(engine: Engine, region: Region, params: QueryParams): XmlValue {
  const stack = requiredStack(region, params);
  if (stack.status === 'CREATE_FAILED') {
    throw new ServiceError('ValidationError', 'Rolling back a failed creation is not simulated');
  }
  if (stack.status !== 'UPDATE_FAILED') {
    throw new ServiceError(
      'ValidationError',
      `Stack:${stack.id} is in ${stack.status} state and can not be rolled back.`,
    );
  }
  startRollback(engine, region, stack, textOf(params, 'ClientRequestToken'));
  return { StackId: stack.id };
}

export function updateTerminationProtection(
  _engine: Engine,
  region: Region,
  params: QueryParams,
): XmlValue {
  const stack = requiredStack(region, params);
  stack.terminationProtection = booleanOf(params, 'EnableTerminationProtection') ?? false;
  return { StackId: stack.id };
}

export function listExports(_engine: Engine, region: Region, params: QueryParams): XmlValue {
  const { items, next } = pageOf(exportsOf(region), params, 100);
  return {
    Exports: items.map(({ name, value, stack }) => ({
      ExportingStackId: stack.id,
      Name: name,
      Value: value,
    })),
    NextToken: next,
  };
}
