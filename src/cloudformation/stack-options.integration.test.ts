import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import {
  type LocalStacks,
  startLocalStacks,
} from '../../dev/stand-ins/aws/cloudformation/testing/local-stacks.ts';
import { scriptedPacing } from '../../dev/stand-ins/aws/cloudformation/testing/scripted-pacing.ts';
import { fastClock } from '../../dev/testing/fakes/fast-clock.ts';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import { logStack } from '../../dev/testing/fakes/stack-in-status.ts';
import { CloudError } from '../core/errors.ts';
import { deleteStack } from './delete-stack.ts';
import { deployStack } from './deploy-stack.ts';
import { callBudget } from './polling.ts';
import { sdkStackApi } from './sdk-stack-api.ts';
import type { OnFailure, StackApi, StackSpec } from './stack-api.ts';

const pacing = scriptedPacing();
let local: LocalStacks;
let api: StackApi;

beforeAll(async () => {
  local = await startLocalStacks({ pacing });
  api = sdkStackApi(local.cloudFormation);
});
afterEach(() => pacing.release());
afterAll(() => local?.stop());

function engine(timeoutMs = 600_000) {
  const clock = fastClock(10);
  return {
    api,
    clock,
    log: recordingLog(),
    deadline: clock.now() + timeoutMs,
    budget: callBudget(clock),
  };
}

async function failure(spec: StackSpec, timeoutMs?: number) {
  const error = await deployStack(engine(timeoutMs), spec).catch((thrown: unknown) => thrown);
  if (error instanceof CloudError) return error.failure;
  throw error;
}

it.each<[OnFailure, string | undefined, string]>([
  ['rollback', 'ROLLBACK_COMPLETE', 'it removes the rolled-back stack itself'],
  ['keep', 'CREATE_FAILED', 'inspect the resources that were kept'],
  ['delete', undefined, 'correct the cause'],
])('on-failure: %s applies to a creation', async (onFailure, status, nextStep) => {
  const name = `failing-${onFailure}`;
  pacing.script(name, 'create', 'Main', 'fail');
  const reported = await failure({ ...logStack(name, 7, true), onFailure });
  expect(reported).toMatchObject({
    resource: `stack ${name}: Main (AWS::Logs::LogGroup)`,
    reason: expect.stringContaining('CREATE_FAILED: '),
    nextStep: expect.stringContaining(nextStep),
    file: 'cfn/test.yaml',
    line: 4,
  });
  expect((await api.describe(name))?.status).toBe(status);
});

it.each<[OnFailure, string]>([
  ['rollback', 'UPDATE_ROLLBACK_COMPLETE'],
  ['keep', 'UPDATE_FAILED'],
  ['delete', 'UPDATE_ROLLBACK_COMPLETE'],
])('on-failure: %s never deletes a stack after a failed update', async (onFailure, status) => {
  const name = `updating-${onFailure}`;
  await deployStack(engine(), logStack(name, 7));
  pacing.script(name, 'update', 'Main', 'fail');
  const reported = await failure({ ...logStack(name, 8), onFailure });
  expect(reported.reason).toContain('UPDATE_FAILED: ');
  expect((await api.describe(name))?.status).toBe(status);
});

it('termination protection can be set, prevents a deletion, and can be removed', async () => {
  const spec = { ...logStack('protected', 7), terminationProtection: true };
  const { id } = await deployStack(engine(), spec);
  const stack = { id, name: 'protected' };
  await expect(deleteStack(engine(), stack)).rejects.toThrow(
    'stack protected: its termination protection is on\nNext step: if it should really be deleted, deploy it with termination-protection: false first',
  );
  expect(await deployStack(engine(), { ...spec, terminationProtection: undefined })).toMatchObject({
    outcome: 'unchanged',
  });
  expect((await api.describe(id))?.terminationProtection).toBe(true);
  await deployStack(engine(), { ...spec, terminationProtection: false });
  await deleteStack(engine(), stack);
  expect(await api.describe('protected')).toBeUndefined();
});

it('a wrong property is reported with its line, before anything is created', async () => {
  const spec = logStack('wrong', 7);
  const text = spec.template.text.replace('RetentionInDays', 'RetentionInWeeks');
  const reported = await failure({ ...spec, template: { ...spec.template, text } });
  expect(reported).toMatchObject({
    resource: 'stack wrong: Main (AWS::Logs::LogGroup)',
    reason: expect.stringContaining('/Resources/Main/Properties'),
    file: 'cfn/test.yaml',
    line: 2,
  });
  expect(await api.describe('wrong')).toBeUndefined();
});

it('a timeout is a failure that names the resources still in progress', async () => {
  pacing.script('slow', 'create', 'Main', 'hold');
  const reported = await failure(logStack('slow', 7), 30_000);
  expect(reported).toMatchObject({ resource: expect.stringContaining('stack slow') });
  expect(reported.nextStep).toMatch(/timeout-minutes/);
});
