import { randomUUID } from 'node:crypto';
import {
  type QueryParams,
  requiredText,
  ServiceError,
  textOf,
  type XmlValue,
} from '../../gateway/query-protocol.ts';
import type { ChangeSet } from '../change-set.ts';
import { makeDeployment } from '../deployment.ts';
import { type Engine, findStack, type Region } from '../engine.ts';
import { newOperation } from '../operations/begin-operation.ts';
import { prepareChangeSet } from '../plan/prepare-change-set.ts';
import { isBusy, type Stack } from '../stack.ts';
import { setStackStatus } from '../stack-events.ts';
import { deploymentRequest } from './deployment-request.ts';

const NAME = /^[a-zA-Z][-a-zA-Z0-9]{0,127}$/;

type Kind = ChangeSet['type'];

/**
 * CreateChangeSet: makes the checks that AWS makes immediately, then works out the changes in the
 * background.
 */
export async function createChangeSet(
  engine: Engine,
  region: Region,
  params: QueryParams,
): Promise<XmlValue> {
  const stackName = requiredText(params, 'StackName');
  const name = requiredText(params, 'ChangeSetName');
  const type = kindOf(params);
  checkName('stackName', stackName.startsWith('arn:') ? 'x' : stackName);
  checkName('changeSetName', name);
  checkOnStackFailure(params, type);
  const found = findStack(region, stackName);
  checkState(found, stackName, name, type);
  const provisional = found ?? newStack(engine, region, stackName);
  const request = await deploymentRequest(region, params, provisional);
  const deployment = await makeDeployment(engine, region, request, provisional);
  // Another call may have created the stack or change set in the meantime.
  const now = findStack(region, stackName);
  checkState(now, stackName, name, type);
  const stack = now ?? enterReview(engine, region, provisional);
  checkNewName(region, stack, name);
  const changeSet: ChangeSet = {
    id: arn(engine, region, `changeSet/${name}`),
    name,
    stack,
    type,
    deployment,
    createdAt: engine.clock(),
    description: textOf(params, 'Description'),
    onStackFailure: textOf(params, 'OnStackFailure') as ChangeSet['onStackFailure'],
    revertsDrift: revertsDrift(engine, params, type),
    drifts: new Map(),
    operation: newOperation(engine, 'CREATE_CHANGESET', textOf(params, 'ClientToken')),
    status: 'CREATE_PENDING',
    statusReason: undefined,
    executionStatus: 'UNAVAILABLE',
    changes: [],
    failures: [],
  };
  region.changeSets.push(changeSet);
  setImmediate(() => void prepareChangeSet(engine, region, changeSet));
  return { Id: changeSet.id, StackId: stack.id };
}

function revertsDrift({ behaviour }: Engine, params: QueryParams, type: Kind): boolean {
  const mode = textOf(params, 'DeploymentMode');
  // Where AWS does not know a parameter, it ignores it.
  if (mode === undefined || behaviour.driftAware === 'unknown') return false;
  if (mode === 'REVERT_DRIFT' && type === 'UPDATE') return true;
  throw new ServiceError('ValidationError', `DeploymentMode ${mode} is not valid for type ${type}`);
}

function checkNewName(region: Region, stack: Stack, name: string): void {
  if (!region.changeSets.some((one) => one.stack === stack && one.name === name)) return;
  throw new ServiceError('AlreadyExistsException', `ChangeSet ${name} already exists`);
}

function kindOf(params: QueryParams): Kind {
  const type = textOf(params, 'ChangeSetType') ?? 'UPDATE';
  if (type === 'CREATE' || type === 'UPDATE') return type;
  throw new ServiceError('ValidationError', `ChangeSetType ${type} is not simulated`);
}

/** DELETE is documented to be invalid for updates, and the whole parameter to be about creations. */
function checkOnStackFailure(params: QueryParams, type: Kind): void {
  const given = textOf(params, 'OnStackFailure');
  if (type === 'CREATE' || given === undefined) return;
  throw new ServiceError(
    'ValidationError',
    `OnStackFailure ${given} is only valid for a change set of type CREATE`,
  );
}

function checkName(what: string, name: string): void {
  if (NAME.test(name)) return;
  throw new ServiceError(
    'ValidationError',
    `1 validation error detected: Value '${name}' at '${what}' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
  );
}

function checkState(stack: Stack | undefined, stackName: string, name: string, type: Kind): void {
  if (type === 'CREATE') {
    if (stack === undefined || stack.status === 'REVIEW_IN_PROGRESS') return;
    throw new ServiceError(
      'ValidationError',
      `Stack [${stackName}] already exists and cannot be created again with the changeSet [${name}].`,
    );
  }
  if (stack === undefined) {
    throw new ServiceError('ValidationError', `Stack [${stackName}] does not exist`);
  }
  checkUpdatable(stack);
}

const FINAL = new Set([
  'REVIEW_IN_PROGRESS',
  'ROLLBACK_COMPLETE',
  'ROLLBACK_FAILED',
  'DELETE_FAILED',
]);

/** Throws if the stack's status allows no update. */
export function checkUpdatable(stack: Stack): void {
  const stuck = FINAL.has(stack.status) || stack.status === 'UPDATE_ROLLBACK_FAILED';
  if (!stuck && !isBusy(stack) && stack.status !== 'DELETE_COMPLETE') return;
  throw new ServiceError(
    'ValidationError',
    `Stack:${stack.id} is in ${stack.status} state and can not be updated.`,
  );
}

function newStack(engine: Engine, region: Region, name: string): Stack {
  return {
    id: arn(engine, region, `stack/${name}`),
    name,
    region: region.name,
    createdAt: engine.clock(),
    status: 'REVIEW_IN_PROGRESS',
    statusReason: undefined,
    deployed: undefined,
    resources: new Map(),
    outputs: [],
    imports: new Set(),
    events: [],
    operations: [],
    terminationProtection: false,
    disableRollback: false,
  };
}

function arn(engine: Engine, region: Region, path: string): string {
  return `arn:aws:cloudformation:${region.name}:${engine.accountId}:${path}/${randomUUID()}`;
}

function enterReview(engine: Engine, region: Region, stack: Stack): Stack {
  region.stacks.push(stack);
  const operation = newOperation(engine, 'CREATE_CHANGESET', undefined);
  const { signal } = new AbortController();
  setStackStatus(
    { engine, region, stack, operation, signal },
    'REVIEW_IN_PROGRESS',
    'User Initiated',
  );
  return stack;
}
