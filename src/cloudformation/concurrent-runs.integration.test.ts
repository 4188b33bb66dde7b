import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type LocalStacks,
  startLocalStacks,
} from '../../dev/stand-ins/aws/cloudformation/testing/local-stacks.ts';
import { scriptedPacing } from '../../dev/stand-ins/aws/cloudformation/testing/scripted-pacing.ts';
import { fastClock } from '../../dev/testing/fakes/fast-clock.ts';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import { logStack, reaches } from '../../dev/testing/fakes/stack-in-status.ts';
import { deleteStack } from './delete-stack.ts';
import { deployStack } from './deploy-stack.ts';
import { callBudget } from './polling.ts';
import { sdkStackApi } from './sdk-stack-api.ts';
import type { StackApi, StackSpec } from './stack-api.ts';
import { planStack } from './stack-plan.ts';

const clock = fastClock(10);
const pacing = scriptedPacing();
let local: LocalStacks;
let api: StackApi;

beforeAll(async () => {
  local = await startLocalStacks({ pacing });
  api = sdkStackApi(local.cloudFormation);
});
afterEach(() => pacing.release());
afterAll(() => local?.stop());

/** One of several runs: what it works with, and what it says. */
function run() {
  const log = recordingLog();
  return { api, clock, log, deadline: clock.now() + 600_000, budget: callBudget(clock) };
}

async function untilSaid(words: RegExp, runs: readonly ReturnType<typeof run>[]): Promise<void> {
  while (!words.test(runs.map(saidBy).join('\n'))) await clock.sleep(100);
}

const saidBy = ({ log }: ReturnType<typeof run>) => log.lines.join('\n');

const COMES_SECOND = /another run came first|following the operation/;

/** Deploys these at once; what the first does to `Main` is held until the other has said that it comes second. */
async function deployAtOnce(
  runs: readonly ReturnType<typeof run>[],
  kind: 'create' | 'update',
  specs: readonly StackSpec[],
) {
  pacing.script(specs[0]?.name ?? '', kind, 'Main', 'hold');
  const deploys = specs.map((spec, index) => deployStack(runs[index] ?? run(), spec));
  const ended = Promise.all(deploys);
  await Promise.race([ended, untilSaid(COMES_SECOND, runs)]);
  pacing.release();
  return ended;
}

describe('two deployments at once', () => {
  it.each([1, 2, 3, 4, 5])(
    'create one stack, and the second logs which run it waits for (%i)',
    async (trial) => {
      const name = `both-${trial}`;
      const runs = [run(), run()];
      const done = await deployAtOnce(runs, 'create', [logStack(name, 7), logStack(name, 7)]);
      expect(done.map(({ outcome }) => outcome).sort()).toEqual(['created', 'unchanged']);
      expect(new Set(done.map(({ id }) => id)).size).toBe(1);
      expect((await api.describe(name))?.status).toBe('CREATE_COMPLETE');
      const second = runs[done.findIndex(({ outcome }) => outcome === 'unchanged')];
      expect(second && saidBy(second)).toMatch(COMES_SECOND);
      const first = runs[done.findIndex(({ outcome }) => outcome === 'created')];
      expect(first && saidBy(first)).toContain('CREATE_COMPLETE');
    },
  );

  it('of different specifications run one after the other', async () => {
    await deployStack(run(), logStack('different', 7));
    const runs = [run(), run()];
    const wanted = [logStack('different', 14), logStack('different', 30)];
    const done = await deployAtOnce(runs, 'update', wanted);
    expect(done.map(({ outcome }) => outcome)).toEqual(['updated', 'updated']);
    expect(runs.map(saidBy).join('\n')).toMatch(COMES_SECOND);
    expect((await api.describe('different'))?.status).toBe('UPDATE_COMPLETE');
  });
});

describe('a plan', () => {
  it.each([1, 2, 3, 4, 5])(
    'does not disturb a concurrent deployment, and leaves no change set (%i)',
    async (trial) => {
      const name = `planned-${trial}`;
      const [planned, deployed] = await Promise.all([
        planStack(run(), logStack(name, 7)),
        deployStack(run(), logStack(name, 7)),
      ]);
      expect(['create', 'none']).toContain(planned.action);
      expect(deployed.outcome).toBe('created');
      expect((await api.describe(name))?.status).toBe('CREATE_COMPLETE');
      expect(await api.countChangeSets(deployed.id)).toBeLessThanOrEqual(1);
    },
  );

  it('of a new stack leaves neither stack nor change set', async () => {
    const planned = await planStack(run(), logStack('alone', 7));
    expect(planned.changes).toMatchObject([{ action: 'Add', logicalId: 'Main' }]);
    expect(await api.describe('alone')).toBeUndefined();
    const { id } = await deployStack(run(), logStack('alone', 7));
    const before = await api.countChangeSets(id);
    expect(await planStack(run(), logStack('alone', 8))).toMatchObject({
      action: 'update',
      changes: [{ details: [{ target: 'RetentionInDays' }], replacement: 'False' }],
    });
    expect(await api.countChangeSets(id)).toBe(before);
  });
});

it.each([1, 2, 3, 4, 5])(
  'two plans at once both succeed, and leave neither stack nor change set (%i)',
  async (trial) => {
    const name = `planned-twice-${trial}`;
    const plans = [1, 2].map(() => planStack(run(), logStack(name, 7)));
    const planned = await Promise.all(plans);
    expect(planned.map(({ action }) => action)).toEqual(['create', 'create']);
    expect(await api.describe(name)).toBeUndefined();
  },
);

describe('a deployment and a deletion at once', () => {
  it('the deployment fails while the stack is being deleted, and changes nothing', async () => {
    const { id } = await deployStack(run(), logStack('going', 7));
    pacing.script('going', 'delete', 'Main', 'hold');
    const destroyed = deleteStack(run(), { id, name: 'going' });
    await reaches(api, id, 'DELETE_IN_PROGRESS');
    await expect(deployStack(run(), logStack('going', 7))).rejects.toThrow(
      /stack going: it is DELETE_IN_PROGRESS: somebody is destroying this environment\nNext step: wait/,
    );
    pacing.release();
    await destroyed;
    expect(await api.describe('going')).toBeUndefined();
  });

  it('the deletion waits for the deployment, which reports that its stack was deleted', async () => {
    pacing.script('coming', 'create', 'Main', 'hold');
    const deploying = run();
    const deployed = deployStack(deploying, logStack('coming', 7)).catch((error: Error) => error);
    const id = await exists('coming');
    await reaches(api, id, 'CREATE_IN_PROGRESS');
    const destroying = run();
    const destroyed = deleteStack(destroying, { id, name: 'coming' });
    await untilSaid(/is CREATE_IN_PROGRESS: waiting for the operation/, [destroying]);
    pacing.release();
    await destroyed;
    expect(await api.describe('coming')).toBeUndefined();
    const outcome = await deployed;
    if (outcome instanceof Error) {
      expect(outcome.message).toContain('it was deleted while this run was waiting for it');
    } else {
      expect(outcome.outcome).toBe('created');
    }
  });
});

async function exists(name: string): Promise<string> {
  for (;;) {
    const stack = await api.describe(name);
    if (stack !== undefined) return stack.id;
    await clock.sleep(100);
  }
}
