import {
  booleanOf,
  type QueryParams,
  ServiceError,
  structureOf,
  textOf,
  type XmlValue,
} from '../../gateway/query-protocol.ts';
import type { ChangeSet, ValidationFailure } from '../change-set.ts';
import type { Engine, Region } from '../engine.ts';
import { HOOK } from '../plan/prepare-change-set.ts';
import type { Operation, Stack, StackEvent } from '../stack.ts';
import { missingStack, requiredStack } from './find.ts';
import { pageOf } from './paging.ts';

const EVENTS_PER_PAGE = 100;
/** AWS documents no size. This one is small, so that callers meet a second page. */
const OPERATION_EVENTS_PER_PAGE = 5;

/** DescribeStackEvents, newest first. */
export function describeStackEvents(
  _engine: Engine,
  region: Region,
  params: QueryParams,
): XmlValue {
  const stack = requiredStack(region, params, missingStack);
  const { items, next } = pageOf([...stack.events].reverse(), params, EVENTS_PER_PAGE);
  return {
    StackEvents: items.map((event) => ({
      StackId: stack.id,
      EventId: event.id,
      StackName: stack.name,
      OperationId: event.operation.id,
      ...eventShape(event),
    })),
    NextToken: next,
  };
}

function eventShape(event: StackEvent) {
  return {
    LogicalResourceId: event.logicalId,
    PhysicalResourceId: event.physicalId,
    ResourceType: event.type,
    Timestamp: event.at,
    ResourceStatus: event.status,
    ResourceStatusReason: event.reason,
    ResourceProperties:
      event.properties === undefined ? undefined : JSON.stringify(event.properties),
    ClientRequestToken: event.operation.token,
  };
}

/**
 * DescribeEvents by stack (its latest operation only, awslabs/mcp#4275), operation or change set (by ARN only: AWS does
 * not accept the name, cloudformation-cli#1116). `FailedEvents` selects failures.
 */
export function describeEvents(_engine: Engine, region: Region, params: QueryParams): XmlValue {
  const onlyFailures = booleanOf(structureOf(params, 'Filters') ?? {}, 'FailedEvents') === true;
  const found = eventsFor(region, params)
    .filter(({ failed }) => failed || !onlyFailures)
    .map(({ shape }) => shape);
  const { items, next } = pageOf(found, params, OPERATION_EVENTS_PER_PAGE);
  return { OperationEvents: items, NextToken: next };
}

interface Found {
  readonly failed: boolean;
  readonly shape: XmlValue;
}

function eventsFor(region: Region, params: QueryParams): readonly Found[] {
  const changeSetId = textOf(params, 'ChangeSetName');
  const operationId = textOf(params, 'OperationId');
  if (changeSetId?.startsWith('arn:')) {
    const changeSet = region.changeSets.find(({ id }) => id === changeSetId);
    if (changeSet !== undefined) return changeSetEvents(changeSet);
    throw new ServiceError('ChangeSetNotFound', `ChangeSet [${changeSetId}] does not exist`, 404);
  }
  if (operationId !== undefined) {
    return region.stacks.flatMap((stack) =>
      stackEvents(stack).filter(({ operation }) => operation.id === operationId),
    );
  }
  if (textOf(params, 'StackName') !== undefined) {
    const stack = requiredStack(region, params);
    const latest = stack.operations.at(-1) ?? stack.events.at(-1)?.operation;
    return stackEvents(stack).filter(({ operation }) => operation === latest);
  }
  throw new ServiceError(
    'ValidationError',
    'One of ChangeSetName, OperationId or StackName must be specified',
  );
}

function stackEvents(stack: Stack): readonly (Found & { readonly operation: Operation })[] {
  return [...stack.events].reverse().map((event) => {
    const failed = event.status.endsWith('_FAILED');
    const provisioning = failed && event.type !== 'AWS::CloudFormation::Stack';
    return {
      failed,
      operation: event.operation,
      shape: {
        ...operationShape(stack, event.operation),
        EventId: event.id,
        EventType: provisioning ? 'PROVISIONING_ERROR' : 'STACK_EVENT',
        ...eventShape(event),
      },
    };
  });
}

/** The failed checks of a change set. Its warnings come first, as if to mislead (stack-diagnoser.ts of aws-cdk-cli). */
function changeSetEvents(changeSet: ChangeSet): readonly Found[] {
  const { failures, hookRefusal, id } = changeSet;
  const shapes = [
    ...(failures.length > 0 ? [quotaWarning(failures[0])] : []),
    ...failures.map((failure) =>
      validation(failure, failure.check ?? 'PROPERTY_VALIDATION', 'FAIL'),
    ),
    ...(hookRefusal === undefined ? [] : [hookError(hookRefusal)]),
  ];
  return shapes.map((shape, index) => ({
    failed: true,
    shape: {
      ...operationShape(changeSet.stack, changeSet.operation),
      EventId: `${id}-${index}`,
      Timestamp: changeSet.operation.endedAt ?? changeSet.operation.startedAt,
      ...shape,
    },
  }));
}

function quotaWarning(near: ValidationFailure | undefined) {
  const { logicalId = '', type = '' } = near ?? {};
  const reason = 'The account is close to a service quota.';
  const path = `/Resources/${logicalId}`;
  return validation({ logicalId, type, path, reason }, 'SERVICE_QUOTA', 'WARN');
}

function validation(
  { logicalId, type, path, reason }: ValidationFailure,
  name: string,
  mode: 'FAIL' | 'WARN',
) {
  return {
    EventType: 'VALIDATION_ERROR',
    LogicalResourceId: logicalId,
    ResourceType: type,
    ValidationFailureMode: mode,
    ValidationName: name,
    ValidationStatus: 'FAILED',
    ValidationStatusReason: reason,
    ValidationPath: path,
  };
}

function hookError(reason: string) {
  return {
    EventType: 'HOOK_INVOCATION_ERROR',
    HookType: HOOK,
    HookStatus: 'HOOK_COMPLETE_FAILED',
    HookStatusReason: reason,
    HookFailureMode: 'FAIL',
  };
}

function operationShape(stack: Stack, operation: Operation) {
  return {
    StackId: stack.id,
    OperationId: operation.id,
    OperationType: operation.type,
    OperationStatus: statusOf(operation, stack),
    StartTime: operation.startedAt,
    EndTime: operation.endedAt,
  };
}

function statusOf(operation: Operation, { status }: Stack): string {
  if (operation.endedAt === undefined) return 'IN_PROGRESS';
  const bad = operation.type === 'ROLLBACK' ? /FAILED/ : /FAILED|ROLLBACK/;
  return bad.test(status) ? 'FAILED' : 'SUCCEEDED';
}
