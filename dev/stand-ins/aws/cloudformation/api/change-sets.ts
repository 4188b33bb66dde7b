import {
  booleanOf,
  type QueryParams,
  ServiceError,
  textOf,
  type XmlValue,
} from '../../gateway/query-protocol.ts';
import type { ChangeSet } from '../change-set.ts';
import type { Engine, Region } from '../engine.ts';
import { deleteLater } from '../operations/delete-change-set.ts';
import { startExecution } from '../operations/operations.ts';
import { isBusy } from '../stack.ts';
import { changeShape } from './change-shape.ts';
import { findChangeSet, requiredChangeSet, requiredStack } from './find.ts';
import { pageOf } from './paging.ts';
import { parameterList, tagList } from './shapes.ts';
import { stackShape } from './stack-shape.ts';

/** AWS's page size is not documented. This one is small, so that callers meet a second page. */
const CHANGES_PER_PAGE = 20;

export function describeChangeSet(_engine: Engine, region: Region, params: QueryParams): XmlValue {
  const changeSet = requiredChangeSet(region, params);
  const { stack, deployment } = changeSet;
  const { items, next } = pageOf(changeSet.changes, params, CHANGES_PER_PAGE);
  return {
    ...summary(changeSet),
    StackId: stack.id,
    Parameters: parameterList(deployment),
    NotificationARNs: deployment.notificationArns,
    RollbackConfiguration: {},
    Capabilities: deployment.capabilities,
    Tags: tagList(deployment.tags),
    OnStackFailure: changeSet.onStackFailure,
    DeploymentMode: changeSet.revertsDrift ? 'REVERT_DRIFT' : undefined,
    Changes: items.map((change) => ({
      Type: 'Resource',
      ResourceChange: changeShape(change, changeSet),
    })),
    NextToken: next,
  };
}

function summary(changeSet: ChangeSet) {
  return {
    StackId: changeSet.stack.id,
    StackName: changeSet.stack.name,
    ChangeSetId: changeSet.id,
    ChangeSetName: changeSet.name,
    Description: changeSet.description,
    CreationTime: changeSet.createdAt,
    ExecutionStatus: changeSet.executionStatus,
    Status: changeSet.status,
    StatusReason: changeSet.statusReason,
    IncludeNestedStacks: false,
  };
}

export function listChangeSets(_engine: Engine, region: Region, params: QueryParams): XmlValue {
  const stack = requiredStack(region, params);
  const own = region.changeSets.filter((one) => one.stack === stack);
  const { items, next } = pageOf(own, params, 100);
  return { Summaries: items.map(summary), NextToken: next };
}

export function deleteChangeSet(engine: Engine, region: Region, params: QueryParams): XmlValue {
  const changeSet = findChangeSet(region, params);
  if (changeSet === undefined) return {};
  if (changeSet.status === 'CREATE_IN_PROGRESS' || changeSet.status === 'CREATE_PENDING') {
    throw invalidStatus(changeSet, 'deleted');
  }
  void deleteLater(engine, region, changeSet);
  return {};
}

export function executeChangeSet(engine: Engine, region: Region, params: QueryParams): XmlValue {
  const changeSet = requiredChangeSet(region, params);
  const token = textOf(params, 'ClientRequestToken');
  const again = changeSet.executionStatus.startsWith('EXECUTE_') && token === changeSet.token;
  if (again && token !== undefined) return {};
  if (changeSet.executionStatus !== 'AVAILABLE') throw invalidStatus(changeSet, 'executed');
  const { stack } = changeSet;
  if (isBusy(stack)) {
    throw new ServiceError(
      'InvalidChangeSetStatus',
      `ChangeSet [${changeSet.id}] cannot be executed while stack ${stack.name} is in ${stack.status}`,
    );
  }
  const onFailure = failureOption(changeSet, booleanOf(params, 'DisableRollback'));
  stack.disableRollback = onFailure === 'DO_NOTHING';
  if (/^(CREATE|UPDATE)_FAILED$/.test(stack.status) && !stack.disableRollback) {
    throw new ServiceError('ValidationError', nonTerminal(stack.status));
  }
  stack.stale = { shape: stackShape(stack), reads: engine.behaviour.staleReads };
  startExecution(engine, region, changeSet, { token, onFailure });
  return {};
}

/** The two parameters exclude each other, by the documentation of both. */
function failureOption({ onStackFailure }: ChangeSet, disableRollback: boolean | undefined) {
  if (disableRollback === undefined) return onStackFailure ?? 'ROLLBACK';
  if (onStackFailure === undefined) return disableRollback ? 'DO_NOTHING' : 'ROLLBACK';
  throw new ServiceError(
    'ValidationError',
    'DisableRollback cannot be specified when OnStackFailure was specified for the change set',
  );
}

/** The answer of public reports (aws-cli#6368, amazon.aws#1655). */
function nonTerminal(status: string): string {
  return `This stack is currently in a non-terminal [${status}] state. To update the stack from this state, please use the disable-rollback parameter with update-stack API. To rollback to the last known good state, use the rollback-stack API`;
}

function invalidStatus({ id, status }: ChangeSet, what: string): ServiceError {
  return new ServiceError(
    'InvalidChangeSetStatus',
    `ChangeSet [${id}] cannot be ${what} in its current status of [${status}]`,
  );
}
