import {
  booleanOf,
  type QueryParams,
  ServiceError,
  structureOf,
  textOf,
  type XmlValue,
} from '../../gateway/query-protocol.ts';
import type { ChangeSet } from '../change-set.ts';
import type { Engine, Region } from '../engine.ts';
import type { Operation, Stack, StackEvent } from '../stack.ts';
import { requiredStack } from './find.ts';
import { pageOf } from './paging.ts';

const EVENTS_PER_PAGE = 100;

/** DescribeStackEvents, newest first. */
export function describeStackEvents(
  _engine: Engine,
  region: Region,
  params: QueryParams,
): XmlValue {
  const stack = requiredStack(region, params);
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
 * DescribeEvents by stack, operation or change set (by ARN only: AWS does not accept the name,
 * cloudformation-cli#1116). `FailedEvents` selects failures.
 */
export function describeEvents(_engine: Engine, region: Region, params: QueryParams): XmlValue {
  const onlyFailures = booleanOf(structureOf(params, 'Filters') ?? {}, 'FailedEvents') === true;
  const found = eventsFor(region, params)
    .filter(({ failed }) => failed || !onlyFailures)
    .map(({ shape }) => shape);
  const { items, next } = pageOf(found, params, EVENTS_PER_PAGE);
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
  if (textOf(params, 'StackName') !== undefined) return stackEvents(requiredStack(region, params));
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

function changeSetEvents({ stack, operation, failures, id }: ChangeSet): readonly Found[] {
  return failures.map(({ logicalId, type, path, reason }, index) => ({
    failed: true,
    shape: {
      ...operationShape(stack, operation),
      EventId: `${id}-${index}`,
      EventType: 'VALIDATION_ERROR',
      LogicalResourceId: logicalId,
      ResourceType: type,
      Timestamp: operation.endedAt ?? operation.startedAt,
      ValidationFailureMode: 'FAIL',
      ValidationName: 'PROPERTY_VALIDATION',
      ValidationStatus: 'FAILED',
      ValidationStatusReason: reason,
      ValidationPath: path,
    },
  }));
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
  return /FAILED|ROLLBACK/.test(status) ? 'FAILED' : 'SUCCEEDED';
}
