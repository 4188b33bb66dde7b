import type { XmlValue } from '../../gateway/query-protocol.ts';
import type { Operation, Output, Stack } from '../stack.ts';
import { parameterList, tagList } from './shapes.ts';

/** A stack as the next read returns it: as it was before its last execution while reads are stale. */
export function stackAsSeen(stack: Stack): XmlValue {
  const { stale } = stack;
  if (stale === undefined || stale.reads <= 0) return stackShape(stack);
  stale.reads -= 1;
  return stale.shape;
}

/** A stack as DescribeStacks returns it. */
export function stackShape(stack: Stack): XmlValue {
  const { deployed } = stack;
  return {
    StackId: stack.id,
    StackName: stack.name,
    ChangeSetId: stack.changeSetId,
    Description: deployed?.template.description,
    Parameters: deployed === undefined ? [] : parameterList(deployed),
    CreationTime: stack.createdAt,
    LastUpdatedTime: stack.updatedAt,
    DeletionTime: stack.deletedAt,
    RollbackConfiguration: {},
    StackStatus: stack.status,
    StackStatusReason: stack.statusReason,
    DisableRollback: stack.disableRollback,
    NotificationARNs: deployed?.notificationArns ?? [],
    Capabilities: deployed?.capabilities ?? [],
    Outputs: stack.outputs.map(outputShape),
    RoleARN: deployed?.roleArn,
    Tags: tagList(deployed?.tags ?? {}),
    EnableTerminationProtection: stack.terminationProtection,
    DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
    LastOperations: stack.operations.slice(-1).map(operationShape),
  };
}

function outputShape({ key, value, description, exportName }: Output): XmlValue {
  return { OutputKey: key, OutputValue: value, Description: description, ExportName: exportName };
}

function operationShape({ id, type }: Operation): XmlValue {
  return { OperationType: type, OperationId: id };
}
