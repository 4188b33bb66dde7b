import { setTimeout as sleep } from 'node:timers/promises';
import type { StackStatus } from '@aws-sdk/client-cloudformation';
import type { OnFailure, StackApi, StackSpec } from '../../../src/cloudformation/stack-api.ts';
import type { Engine } from '../../stand-ins/aws/cloudformation/engine.ts';
import type { ImportStatus } from '../../stand-ins/aws/cloudformation/stack.ts';
import { forceStatus } from '../../stand-ins/aws/cloudformation/testing/force-status.ts';
import type { ScriptedPacing } from '../../stand-ins/aws/cloudformation/testing/scripted-pacing.ts';

/** A stack of one or two log groups. Whatever makes `Main` comes after `Extra`. */
export function logStack(name: string, days: number, extra = false): StackSpec {
  const declared = ['Resources:'];
  if (extra) declared.push('  Extra:', '    Type: AWS::Logs::LogGroup');
  declared.push('  Main:', '    Type: AWS::Logs::LogGroup');
  if (extra) declared.push('    DependsOn: Extra');
  declared.push('    Properties:', `      RetentionInDays: ${days}`, '');
  return {
    ...{
      name,
      parameters: {},
      runId: 'test',
      terminationProtection: undefined,
      roleArn: undefined,
    },
    tags: { purpose: 'test' },
    creationTags: {},
    onFailure: 'rollback',
    allowReplacement: [],
    revertDrift: false,
    template: { file: 'cfn/test.yaml', text: declared.join('\n') },
  };
}

export interface Bench {
  readonly api: StackApi;
  readonly pacing: ScriptedPacing;
  readonly engine: Engine;
}

/** How a stack comes into a status, and its id; whatever is held then waits for `pacing.release()`. */
type Recipe = (bench: Bench, name: string) => Promise<string>;

const created = (extra = false, onFailure?: OnFailure): Recipe => {
  return (bench, name) => execute(bench, logStack(name, 7, extra), 'CREATE', onFailure);
};
const updated = (extra: boolean, onFailure?: OnFailure): Recipe => {
  return (bench, name) => execute(bench, logStack(name, 8, extra), 'UPDATE', onFailure);
};

/** A recipe after scripting what befalls one kind of step. */
function when(
  [kind, logicalId, ...fates]: readonly [
    'create' | 'update' | 'delete',
    string,
    ...('fail' | 'hold')[],
  ],
  then: Recipe,
): Recipe {
  return async (bench, name) => {
    bench.pacing.script(name, kind, logicalId, ...fates);
    return then(bench, name);
  };
}

/** One after the other, each when the one before has come to its end. */
function inOrder(first: Recipe, then: Recipe): Recipe {
  return async (bench, name) => {
    await first(bench, name);
    await settled(bench, name);
    return then(bench, name);
  };
}

const deleted: Recipe = async ({ api }, name) => {
  const { id = '' } = (await api.describe(name)) ?? {};
  await api.deleteStack(id);
  return id;
};

const imported = (status: ImportStatus, end?: ImportStatus): Recipe => {
  return async (bench, name) => {
    const id = await created()(bench, name);
    await settled(bench, name);
    forceStatus(bench.engine, name, status);
    if (end !== undefined) bench.pacing.atRelease(() => forceStatus(bench.engine, name, end));
    return id;
  };
};

/** How a stack comes into each of CloudFormation's statuses. */
export const recipes: Readonly<Record<StackStatus, Recipe>> = {
  REVIEW_IN_PROGRESS: (bench, name) =>
    propose(bench, logStack(name, 7), 'CREATE').then(({ stackId }) => stackId),
  CREATE_IN_PROGRESS: when(['create', 'Main', 'hold'], created()),
  CREATE_COMPLETE: created(),
  CREATE_FAILED: when(['create', 'Main', 'fail'], created(true, 'keep')),
  ROLLBACK_IN_PROGRESS: when(
    ['create', 'Main', 'fail'],
    when(['delete', 'Extra', 'hold'], created(true)),
  ),
  ROLLBACK_COMPLETE: when(['create', 'Main', 'fail'], created()),
  ROLLBACK_FAILED: when(
    ['create', 'Main', 'fail'],
    when(['delete', 'Extra', 'fail'], created(true)),
  ),
  UPDATE_IN_PROGRESS: inOrder(created(), when(['update', 'Main', 'hold'], updated(false))),
  UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: inOrder(
    created(true),
    when(['delete', 'Extra', 'hold'], updated(false)),
  ),
  UPDATE_COMPLETE: inOrder(created(), updated(false)),
  UPDATE_FAILED: inOrder(created(), when(['update', 'Main', 'fail'], updated(false, 'keep'))),
  UPDATE_ROLLBACK_IN_PROGRESS: inOrder(
    created(),
    when(['update', 'Main', 'fail', 'hold'], updated(false)),
  ),
  UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: inOrder(
    created(),
    when(['update', 'Main', 'fail'], when(['delete', 'Extra', 'hold'], updated(true))),
  ),
  UPDATE_ROLLBACK_COMPLETE: inOrder(created(), when(['update', 'Main', 'fail'], updated(true))),
  UPDATE_ROLLBACK_FAILED: inOrder(
    created(),
    when(['update', 'Main', 'fail', 'fail'], updated(false)),
  ),
  DELETE_IN_PROGRESS: inOrder(created(), when(['delete', 'Main', 'hold'], deleted)),
  DELETE_FAILED: inOrder(created(), when(['delete', 'Main', 'fail'], deleted)),
  DELETE_COMPLETE: inOrder(created(), deleted),
  IMPORT_IN_PROGRESS: imported('IMPORT_IN_PROGRESS', 'IMPORT_COMPLETE'),
  IMPORT_COMPLETE: imported('IMPORT_COMPLETE'),
  IMPORT_ROLLBACK_IN_PROGRESS: imported('IMPORT_ROLLBACK_IN_PROGRESS', 'IMPORT_ROLLBACK_COMPLETE'),
  IMPORT_ROLLBACK_FAILED: imported('IMPORT_ROLLBACK_FAILED'),
  IMPORT_ROLLBACK_COMPLETE: imported('IMPORT_ROLLBACK_COMPLETE'),
};

/** Waits until a stack is in a status; by id, as deleted ones are not found by name. */
export async function reaches(api: StackApi, id: string, status: StackStatus): Promise<void> {
  for (let tries = 0; tries < 3_000; tries += 1) {
    if ((await api.describe(id))?.status === status) return;
    await sleep(20);
  }
  throw new Error(`${id} is ${(await api.describe(id))?.status}, not ${status}`);
}

async function execute(
  bench: Bench,
  spec: StackSpec,
  type: 'CREATE' | 'UPDATE',
  onFailure: OnFailure = 'rollback',
): Promise<string> {
  const { id, stackId } = await propose(bench, { ...spec, onFailure }, type);
  const disableRollback = type === 'CREATE' ? undefined : onFailure === 'keep';
  await bench.api.executeChangeSet(id, disableRollback);
  return stackId;
}

async function propose(
  { api }: Bench,
  { name, template, tags, onFailure }: StackSpec,
  type: 'CREATE' | 'UPDATE',
): Promise<{ readonly id: string; readonly stackId: string }> {
  const { id, stackId } = await api.createChangeSet({
    stackName: name,
    name: `test-${crypto.randomUUID()}`,
    type,
    template: template.text,
    parameters: {},
    previous: [],
    tags,
    onFailure,
    revertDrift: false,
    roleArn: undefined,
  });
  for (;;) {
    const { status, reason } = await api.describeChangeSet(id);
    if (status === 'CREATE_COMPLETE') return { id, stackId };
    if (status === 'FAILED') throw new Error(reason);
    await sleep(10);
  }
}

async function settled({ api }: Bench, name: string): Promise<void> {
  for (;;) {
    const status = (await api.describe(name))?.status;
    if (status?.endsWith('_IN_PROGRESS') !== true) return;
    await sleep(20);
  }
}
