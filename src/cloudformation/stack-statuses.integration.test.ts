import { StackStatus } from '@aws-sdk/client-cloudformation';
import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../dev/stand-ins/aws/cloudformation/engine.ts';
import {
  type LocalStacks,
  startLocalStacks,
} from '../../dev/stand-ins/aws/cloudformation/testing/local-stacks.ts';
import { scriptedPacing } from '../../dev/stand-ins/aws/cloudformation/testing/scripted-pacing.ts';
import { fastClock } from '../../dev/testing/fakes/fast-clock.ts';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import { type Bench, logStack, reaches, recipes } from '../../dev/testing/fakes/stack-in-status.ts';
import { deleteStack } from './delete-stack.ts';
import { deployStack } from './deploy-stack.ts';
import { callBudget } from './polling.ts';
import { sdkStackApi } from './sdk-stack-api.ts';
import type { StackApi } from './stack-api.ts';
import { planLines } from './stack-plan.ts';

/** Ten times as fast as a clock on the wall: the stand-in's steps take milliseconds. */
const clock = fastClock(10);

const pacing = scriptedPacing();
let local: LocalStacks;
let bench: Bench;
let serial = 0;

beforeAll(async () => {
  let engine: Engine | undefined;
  local = await startLocalStacks({ pacing, onEngine: (made) => (engine = made) });
  if (engine === undefined) throw new Error('no engine');
  bench = { api: sdkStackApi(local.cloudFormation), pacing, engine };
});
afterEach(() => pacing.release());
afterAll(() => local?.stop());

/** The API, which calls `seen` after each read of a stack's events. */
function watchedApi(seen: () => void): StackApi {
  return {
    ...bench.api,
    async *events(id) {
      try {
        yield* bench.api.events(id);
      } finally {
        seen();
      }
    },
  };
}

/** A stack in a status, and the log of the work on it. Held steps go on when the work has read the stack's events. */
async function inStatus(status: StackStatus, letGo = true) {
  serial += 1;
  const name = `stack-${serial}`;
  const id = await recipes[status](bench, name);
  await reaches(bench.api, id, status);
  const log = recordingLog();
  const api = watchedApi(() => letGo && pacing.release());
  const engine = { api, clock, log, deadline: clock.now() + 600_000, budget: callBudget(clock) };
  return { id, name, log, engine };
}

async function deployed(status: StackStatus) {
  // A deploy waits for everything but for a stack that is being destroyed.
  const { name, id, log, engine } = await inStatus(status, status !== 'DELETE_IN_PROGRESS');
  const spec = logStack(name, 14);
  const planned = (plan: Parameters<typeof planLines>[0]) => planLines(plan).forEach(log.info);
  const outcome = await deployStack(engine, spec, { planned }).then(
    (stack) => stack.outcome,
    (error: Error) => error.message,
  );
  const stack = await bench.api.describe(name);
  return { outcome, same: stack?.id === id, status: stack?.status, said: log.lines.join('\n') };
}

/** The status of the first half; what a deploy does; the stack's status then; something that it says. */
const DEPLOYS: Readonly<Record<StackStatus, readonly [string, StackStatus, string]>> = {
  REVIEW_IN_PROGRESS: ['created', 'CREATE_COMPLETE', 'create, 1 change'],
  CREATE_IN_PROGRESS: ['updated', 'UPDATE_COMPLETE', 'is CREATE_IN_PROGRESS: following'],
  CREATE_COMPLETE: ['updated', 'UPDATE_COMPLETE', 'update, 1 change'],
  CREATE_FAILED: ['created', 'CREATE_COMPLETE', 'is CREATE_FAILED: it never worked'],
  ROLLBACK_IN_PROGRESS: ['created', 'CREATE_COMPLETE', 'is ROLLBACK_IN_PROGRESS: following'],
  ROLLBACK_COMPLETE: ['created', 'CREATE_COMPLETE', 'is ROLLBACK_COMPLETE: it never worked'],
  ROLLBACK_FAILED: ['created', 'CREATE_COMPLETE', 'is ROLLBACK_FAILED: it never worked'],
  UPDATE_IN_PROGRESS: ['updated', 'UPDATE_COMPLETE', 'is UPDATE_IN_PROGRESS: following'],
  UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: [
    'updated',
    'UPDATE_COMPLETE',
    'is UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: following',
  ],
  UPDATE_COMPLETE: ['updated', 'UPDATE_COMPLETE', 'update, 1 change'],
  UPDATE_FAILED: [
    'updated',
    'UPDATE_COMPLETE',
    'is UPDATE_FAILED: its failed update is rolled back first',
  ],
  UPDATE_ROLLBACK_IN_PROGRESS: [
    'updated',
    'UPDATE_COMPLETE',
    'is UPDATE_ROLLBACK_IN_PROGRESS: following',
  ],
  UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: [
    'updated',
    'UPDATE_COMPLETE',
    'is UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: following',
  ],
  UPDATE_ROLLBACK_COMPLETE: ['updated', 'UPDATE_COMPLETE', 'update, 1 change'],
  UPDATE_ROLLBACK_FAILED: [
    'updated',
    'UPDATE_COMPLETE',
    'is UPDATE_ROLLBACK_FAILED: continuing its rollback',
  ],
  DELETE_IN_PROGRESS: ['somebody is destroying this environment', 'DELETE_IN_PROGRESS', ''],
  DELETE_FAILED: ['created', 'CREATE_COMPLETE', 'is DELETE_FAILED: it never worked'],
  DELETE_COMPLETE: ['created', 'CREATE_COMPLETE', 'create, 1 change'],
  IMPORT_IN_PROGRESS: ['updated', 'UPDATE_COMPLETE', 'is IMPORT_IN_PROGRESS: following'],
  IMPORT_COMPLETE: ['updated', 'UPDATE_COMPLETE', 'update, 1 change'],
  IMPORT_ROLLBACK_IN_PROGRESS: [
    'updated',
    'UPDATE_COMPLETE',
    'is IMPORT_ROLLBACK_IN_PROGRESS: following',
  ],
  IMPORT_ROLLBACK_FAILED: ['bring the stack into a stable state', 'IMPORT_ROLLBACK_FAILED', ''],
  IMPORT_ROLLBACK_COMPLETE: ['updated', 'UPDATE_COMPLETE', 'update, 1 change'],
};

const statuses = Object.values(StackStatus);

it('the tables cover every status of the API model', () => {
  expect(statuses).toHaveLength(23);
  expect(Object.keys(DEPLOYS).sort()).toEqual([...statuses].sort());
});

describe('deploys', () => {
  it.each(statuses)('a stack in %s', async (status) => {
    const [outcome, end, words] = DEPLOYS[status];
    const result = await deployed(status);
    expect(result.outcome, result.said).toContain(outcome);
    expect(result.status).toBe(end);
    expect(result.said).toContain(words);
    // Only what is created, or never worked, becomes another stack.
    if (outcome === 'updated') expect(result.same).toBe(true);
  });
});

/** Something that a destroy says. The end is the same for all: the stack is gone, and its log groups with it. */
const DESTROYS: Partial<Record<StackStatus, string>> = {
  CREATE_COMPLETE: 'DELETE_COMPLETE    Main',
  CREATE_FAILED: 'DELETE_COMPLETE    Extra',
  UPDATE_COMPLETE: 'DELETE_COMPLETE    Main',
  UPDATE_FAILED: 'DELETE_COMPLETE    Main',
  ROLLBACK_FAILED: 'DELETE_COMPLETE    Extra',
  UPDATE_ROLLBACK_FAILED: 'DELETE_COMPLETE    Main',
  DELETE_FAILED: 'DELETE_COMPLETE    Main',
  IMPORT_ROLLBACK_FAILED: 'DELETE_COMPLETE    Main',
};

describe('deletes', () => {
  it.each(statuses)('a stack in %s', async (status) => {
    const { id, name, log, engine } = await inStatus(status);
    await deleteStack(engine, { id, name });
    const said = log.lines.join('\n');
    const busy = status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS';
    if (busy) expect(said).toContain(`is ${status}: waiting for the operation under way`);
    if (status === 'DELETE_COMPLETE') expect(said).toBe('');
    else expect(said).toContain(DESTROYS[status] ?? 'DELETE_COMPLETE');
    expect(await bench.api.describe(name)).toBeUndefined();
    expect((await bench.api.describe(id))?.status).toBe('DELETE_COMPLETE');
    const { logGroups = [] } = await local.clients.logs.send(new DescribeLogGroupsCommand({}));
    const left = logGroups.filter(({ logGroupName }) => logGroupName?.startsWith(`${name}-`));
    expect(left).toEqual([]);
  });
});
