import type { StackStatus } from '@aws-sdk/client-cloudformation';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../dev/testing/fakes/fake-clock.ts';
import type { Happening } from '../../dev/testing/fakes/fake-stack.ts';
import { FakeStacks } from '../../dev/testing/fakes/fake-stacks.ts';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import { CloudError } from '../core/errors.ts';
import { deployStack } from './deploy-stack.ts';
import { callBudget } from './polling.ts';
import type { StackSpec } from './stack-api.ts';

const spec: StackSpec = {
  name: 'lab',
  template: { file: 'cfn/infra.yaml', text: 'Resources:\n  Vpc:\n    Type: AWS::EC2::VPC\n' },
  parameters: { VpcCidr: '10.0.0.0/16' },
  tags: { 'eks-multus:environment': 'lab' },
  creationTags: { 'eks-multus:run': '2' },
  onFailure: 'rollback',
  allowReplacement: [],
  revertDrift: false,
  terminationProtection: undefined,
  roleArn: undefined,
  runId: '2',
};

function lab(timeoutMs = 3_600_000) {
  const clock = fakeClock();
  const api = new FakeStacks(clock);
  const log = recordingLog();
  api.outputs.set('lab', { VpcId: 'vpc-1' });
  const budget = callBudget(clock);
  api.onCall = budget.spend;
  return { api, log, clock, deadline: clock.now() + timeoutMs, budget };
}

/** The tags of a stack that an earlier run made. */
const ours = { ...spec.tags, 'eks-multus:run': '1' };

const failingCreate: readonly Happening[] = [
  { status: 'CREATE_IN_PROGRESS' },
  { status: 'CREATE_IN_PROGRESS', resource: 'Vpc' },
  { afterMs: 3_000, status: 'CREATE_FAILED', resource: 'Vpc', reason: 'limit exceeded' },
  { status: 'ROLLBACK_IN_PROGRESS', reason: 'failed to create: [Vpc]' },
  { afterMs: 3_000, status: 'ROLLBACK_COMPLETE' },
];

describe('a stack that does not exist', () => {
  it('is created, and its events are logged', async () => {
    const engine = lab();
    const stack = await deployStack(engine, spec);
    expect(stack).toMatchObject({ name: 'lab', outcome: 'created', outputs: { VpcId: 'vpc-1' } });
    expect(stack.durationMs).toBeGreaterThan(21_000);
    expect(engine.api.requests[0]).toMatchObject({
      type: 'CREATE',
      template: spec.template.text,
      tags: { 'eks-multus:environment': 'lab', 'eks-multus:run': '2' },
    });
    expect(engine.api.requests[0]?.name).toMatch(/^[A-Za-z][-A-Za-z0-9]{0,127}$/);
    expect(engine.log.lines.join('\n')).toMatch(/CREATE_COMPLETE +Vpc .* in 20 s/);
  });

  it('fails with the first failed resource, its reason and its line in the template', async () => {
    const engine = lab();
    engine.api.scripts.set('lab', failingCreate);
    const error = await deployStack(engine, spec).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CloudError);
    expect((error as CloudError).failure).toMatchObject({
      resource: 'stack lab: Vpc (AWS::EC2::VPC)',
      reason: 'CREATE_FAILED: limit exceeded',
      file: 'cfn/infra.yaml',
      line: 2,
    });
  });

  it('fails with all findings about its resources, even after a long time', async () => {
    const engine = lab();
    engine.api.scripts.set('lab', [
      { status: 'CREATE_IN_PROGRESS' },
      { status: 'CREATE_IN_PROGRESS', resource: 'Vpc' },
      { afterMs: 150_000, status: 'CREATE_FAILED', resource: 'Vpc', reason: 'limit exceeded' },
      { status: 'ROLLBACK_IN_PROGRESS', reason: 'failed to create: [Vpc]' },
      { afterMs: 3_000, status: 'ROLLBACK_COMPLETE' },
    ]);
    const explain = async (stackId: string, { logicalId }: { logicalId: string }) =>
      `${logicalId} of ${stackId.split('/')[1]} is one too many`;
    await expect(deployStack({ ...engine, explain }, spec)).rejects.toThrow(
      'CREATE_FAILED: limit exceeded; Vpc of lab is one too many',
    );
    const logged = engine.log.lines.filter((line) => line === 'lab  Vpc of lab is one too many');
    expect(logged.length).toBeGreaterThan(0);
  });

  it('fails with the property that early validation rejects, and its line', async () => {
    const engine = lab();
    const path = '/Resources/Vpc/Properties/Cidr';
    engine.api.problems = [{ logicalId: 'Vpc', type: 'AWS::EC2::VPC', path, reason: 'unknown' }];
    engine.api.changeSets.push({ status: 'FAILED', reason: 'validation failed', changes: [] });
    const error = await deployStack(engine, spec).catch((thrown: unknown) => thrown);
    expect((error as CloudError).failure).toMatchObject({
      resource: 'stack lab: Vpc (AWS::EC2::VPC)',
      reason: `${path}: unknown`,
      file: 'cfn/infra.yaml',
      line: 2,
    });
  });

  it('names the permission that the role lacks to read the problems', async () => {
    const engine = lab();
    engine.api.problems = 'not-allowed';
    engine.api.changeSets.push({ status: 'FAILED', reason: 'validation failed', changes: [] });
    await expect(deployStack(engine, spec)).rejects.toThrow(
      'validation failed (the role may not call cloudformation:DescribeEvents',
    );
  });

  it('leaves no empty stack when its change set fails', async () => {
    const engine = lab();
    engine.api.changeSets.push({ status: 'FAILED', reason: 'Unresolved [X]', changes: [] });
    await expect(deployStack(engine, spec)).rejects.toThrow('Unresolved [X]');
    expect(engine.api.calls).toContain('deleteChangeSet lab');
    expect(engine.api.calls).toContain('deleteStack lab');
  });

  it('is not deleted when another run creates it meanwhile', async () => {
    const engine = lab();
    engine.api.changeSets.push({ status: 'FAILED', reason: 'Unresolved [X]', changes: [] });
    engine.api.countChangeSets = async () => {
      const [mine] = engine.api.requests;
      if (mine === undefined) throw new Error('no change set was made');
      const theirs = await engine.api.createChangeSet({ ...mine, name: 'theirs' });
      await engine.api.executeChangeSet(theirs.id);
      await engine.clock.sleep(1_000);
      return 0;
    };
    await expect(deployStack(engine, spec)).rejects.toThrow('Unresolved [X]');
    await engine.clock.sleep(60_000);
    expect(await engine.api.describe('lab')).toMatchObject({ status: 'CREATE_COMPLETE' });
    expect(engine.api.calls).not.toContain('deleteStack lab');
  });
});

describe('a stack that exists', () => {
  it('is updated and keeps the tags of its creation', async () => {
    const engine = lab();
    engine.api.put('lab', 'CREATE_COMPLETE', { tags: ours });
    expect(await deployStack(engine, spec)).toMatchObject({ outcome: 'updated' });
    expect(engine.api.requests[0]).toMatchObject({
      type: 'UPDATE',
      tags: { 'eks-multus:environment': 'lab', 'eks-multus:run': '1' },
    });
  });

  it('keeps the parameters that the specification leaves as they are', async () => {
    const engine = lab();
    const stack = engine.api.put('lab', 'CREATE_COMPLETE', { tags: ours });
    stack.parameters = { Version: '1.33', Gone: 'x' };
    const parameters = { Version: '1.34', New: 'a', VpcCidr: '10.0.0.0/16' };
    await deployStack(engine, { ...spec, parameters, keep: ['Version', 'New', 'Gone'] });
    expect(engine.api.requests[0]).toMatchObject({
      parameters: { New: 'a', VpcCidr: '10.0.0.0/16' },
      previous: ['Version'],
    });
    expect(engine.api.requests[0]?.parameters).not.toHaveProperty('Version');
    expect((await engine.api.describe('lab'))?.parameters['Version']).toBe('1.33');
  });

  it.each([
    "The submitted information didn't contain changes. Submit different information to create a change set.",
    'No updates are to be performed.',
  ])('stays as it is when AWS says: %s', async (reason) => {
    const engine = lab();
    engine.api.put('lab', 'CREATE_COMPLETE', { tags: ours });
    engine.api.changeSets.push({ status: 'FAILED', reason, changes: [] });
    expect(await deployStack(engine, spec)).toMatchObject({
      outcome: 'unchanged',
      outputs: { VpcId: 'vpc-1' },
    });
    expect(engine.api.calls).toContain('deleteChangeSet lab');
    expect(engine.api.calls).not.toContain('executeChangeSet lab');
    expect(engine.api.calls).not.toContain('deleteStack lab');
  });

  it('does not count as updated before the update begins', async () => {
    const engine = lab();
    engine.api.put('lab', 'CREATE_COMPLETE', { tags: ours });
    engine.api.scripts.set('lab', [
      { afterMs: 30_000, status: 'UPDATE_IN_PROGRESS' },
      { afterMs: 5_000, status: 'UPDATE_ROLLBACK_IN_PROGRESS', reason: 'cancelled' },
      { afterMs: 5_000, status: 'UPDATE_ROLLBACK_COMPLETE' },
    ]);
    await expect(deployStack(engine, spec)).rejects.toThrow('UPDATE_ROLLBACK_COMPLETE: cancelled');
  });
});

describe('an outdated read after the execution', () => {
  it.each([1, 2, 5])('does not end a creation (%i reads)', async (reads) => {
    const engine = lab();
    engine.api.staleReads = reads;
    expect(await deployStack(engine, spec)).toMatchObject({
      outcome: 'created',
      outputs: { VpcId: 'vpc-1' },
    });
  });

  it.each([1, 2, 5])('does not end an update that fails (%i reads)', async (reads) => {
    const engine = lab();
    engine.api.staleReads = reads;
    engine.api.put('lab', 'UPDATE_COMPLETE', { tags: ours });
    engine.api.scripts.set('lab', failingUpdate);
    await expect(deployStack(engine, spec)).rejects.toThrow('UPDATE_FAILED: limit exceeded');
  });

  it('costs less than a minute', async () => {
    const engine = lab();
    engine.api.staleReads = 3;
    const { durationMs } = await deployStack(engine, spec);
    expect(durationMs).toBeLessThan(60_000);
  });
});

const failingUpdate: readonly Happening[] = [
  { status: 'UPDATE_IN_PROGRESS' },
  { afterMs: 3_000, status: 'UPDATE_FAILED', resource: 'Vpc', reason: 'limit exceeded' },
  { status: 'UPDATE_ROLLBACK_IN_PROGRESS', reason: 'failed to update: [Vpc]' },
  { afterMs: 3_000, status: 'UPDATE_ROLLBACK_COMPLETE' },
];

describe('a stack whose update failed without rollback', () => {
  const noChanges = {
    status: 'FAILED',
    reason: "The submitted information didn't contain changes.",
    changes: [],
  } as const;

  it('is rolled back before it is updated', async () => {
    const engine = lab();
    engine.api.put('lab', 'UPDATE_FAILED', { tags: ours });
    expect(await deployStack(engine, spec)).toMatchObject({ outcome: 'updated' });
    expect(engine.api.calls).toContain('rollBack lab');
    expect(engine.log.lines.join('\n')).toContain('its failed update is rolled back first');
  });

  it('is updated again without rollback when on-failure is keep', async () => {
    const engine = lab();
    engine.api.put('lab', 'UPDATE_FAILED', { tags: ours });
    expect(await deployStack(engine, { ...spec, onFailure: 'keep' })).toMatchObject({
      outcome: 'updated',
    });
    expect(engine.api.calls).toContain('executeChangeSet lab without rollback');
    expect(engine.api.calls).not.toContain('rollBack lab');
  });

  it.each(['rollback', 'keep', 'delete'] as const)(
    'is never unchanged, although its change set is empty (on-failure: %s)',
    async (onFailure) => {
      const engine = lab();
      engine.api.put('lab', 'UPDATE_FAILED', { tags: ours });
      if (onFailure === 'keep') engine.api.changeSets.push(noChanges);
      const done = await deployStack(engine, { ...spec, onFailure });
      expect(done.outcome).toBe('updated');
      expect(engine.api.calls).toContain('rollBack lab');
      expect((await engine.api.describe('lab'))?.status).toBe('UPDATE_COMPLETE');
    },
  );

  it('is an error that names the permission when the role may not roll it back', async () => {
    const engine = lab();
    engine.api.put('lab', 'UPDATE_FAILED', { tags: ours });
    const denied = Object.assign(new Error('no'), { name: 'AccessDenied' });
    engine.api.errors.set('rollBack', denied);
    await expect(deployStack(engine, spec)).rejects.toThrow('cloudformation:RollbackStack');
  });

  it('is an error when the rollback leaves it as it is', async () => {
    const engine = lab();
    engine.api.put('lab', 'UPDATE_FAILED', { tags: ours });
    engine.api.scripts.set('roll back lab', [
      { status: 'UPDATE_ROLLBACK_IN_PROGRESS' },
      { status: 'UPDATE_FAILED', reason: 'still broken' },
    ]);
    await expect(deployStack(engine, spec)).rejects.toThrow('UPDATE_FAILED: still broken');
  });

  it('is left to the run that rolls it back already', async () => {
    const engine = lab();
    const ahead = [
      { afterMs: 1, status: 'UPDATE_ROLLBACK_IN_PROGRESS' },
      { afterMs: 5_000, status: 'UPDATE_ROLLBACK_COMPLETE' },
    ];
    const stack = engine.api.put('lab', 'UPDATE_FAILED', { tags: ours });
    engine.api.rollBack = async () => {
      stack.schedule(ahead, engine.clock.now());
      await engine.clock.sleep(10);
      throw new Error(
        'Stack:arn is in UPDATE_ROLLBACK_IN_PROGRESS state and can not be rolled back.',
      );
    };
    expect(await deployStack(engine, spec)).toMatchObject({ outcome: 'updated' });
  });
});

describe('a replacement while rollback is disabled', () => {
  const change = {
    action: 'Modify',
    logicalId: 'Vpc',
    type: 'AWS::EC2::VPC',
    details: [],
  };
  const replacing = (replacement: string) => ({
    status: 'CREATE_COMPLETE' as const,
    reason: undefined,
    changes: [{ ...change, replacement }],
  });

  it.each([
    ['True', 'the update replaces it'],
    ['Conditional', 'the update may replace it'],
  ])('is refused before it begins (%s)', async (replacement, words) => {
    const engine = lab();
    engine.api.put('lab', 'CREATE_COMPLETE', { tags: ours });
    engine.api.changeSets.push(replacing(replacement));
    const keep = { ...spec, onFailure: 'keep', allowReplacement: ['Vpc'] } as const;
    const error = await deployStack(engine, keep).catch((one) => one);
    expect(error.failure).toMatchObject({ resource: 'stack lab: Vpc (AWS::EC2::VPC)' });
    expect(error.failure.reason).toContain(words);
    expect(engine.api.calls).toContain('deleteChangeSet lab');
    expect(engine.api.calls.join('\n')).not.toContain('executeChangeSet');
  });

  it('is made with rollback, and a change in place is made without', async () => {
    const engine = lab();
    engine.api.put('lab', 'CREATE_COMPLETE', { tags: ours });
    engine.api.changeSets.push(replacing('True'));
    const allowed = { ...spec, allowReplacement: ['Vpc'] };
    expect(await deployStack(engine, allowed)).toMatchObject({ outcome: 'updated' });
    engine.api.changeSets.push(replacing('False'));
    const keep = { ...spec, onFailure: 'keep', parameters: { VpcCidr: '10.1.0.0/16' } } as const;
    expect(await deployStack(engine, keep)).toMatchObject({ outcome: 'updated' });
  });
});

describe('recovery', () => {
  it.each(['ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'CREATE_FAILED', 'DELETE_FAILED'] as const)(
    'deletes a stack in %s and creates it again',
    async (status) => {
      const engine = lab();
      engine.api.put('lab', status, { tags: ours });
      expect(await deployStack(engine, spec)).toMatchObject({ outcome: 'created' });
      expect(engine.api.calls).toContain('deleteStack lab');
      expect(engine.api.requests[0]?.type).toBe('CREATE');
    },
  );

  it('creates another change set in a stack whose first one was never executed', async () => {
    const engine = lab();
    engine.api.put('lab', 'REVIEW_IN_PROGRESS', { tags: ours });
    expect(await deployStack(engine, spec)).toMatchObject({ outcome: 'created' });
    expect(engine.api.calls).not.toContain('deleteStack lab');
  });

  it('continues a failed rollback once', async () => {
    const engine = lab();
    engine.api.put('lab', 'UPDATE_ROLLBACK_FAILED', { tags: ours });
    expect(await deployStack(engine, spec)).toMatchObject({ outcome: 'updated' });

    const stuck = lab();
    stuck.api.put('lab', 'UPDATE_ROLLBACK_FAILED', { tags: ours });
    stuck.api.scripts.set('continue lab', [
      { afterMs: 100, status: 'UPDATE_ROLLBACK_IN_PROGRESS' },
      { afterMs: 100, status: 'UPDATE_ROLLBACK_FAILED', reason: 'still broken' },
    ]);
    await expect(deployStack(stuck, spec)).rejects.toThrow('UPDATE_ROLLBACK_FAILED: still broken');
    expect(stuck.api.calls.filter((call) => call === 'continueRollback lab')).toHaveLength(1);
  });

  it('leaves a failed import to the user', async () => {
    const engine = lab();
    engine.api.put('lab', 'IMPORT_ROLLBACK_FAILED', { tags: ours });
    await expect(deployStack(engine, spec)).rejects.toThrow('IMPORT_ROLLBACK_FAILED');
  });
});

describe('a stack of the same name that belongs to somebody else', () => {
  it.each(['CREATE_COMPLETE', 'ROLLBACK_COMPLETE', 'UPDATE_IN_PROGRESS'] as const)(
    'stays as it is in %s',
    async (status) => {
      const engine = lab();
      engine.api.put('lab', status, { tags: { 'eks-multus:environment': 'other' } });
      await expect(deployStack(engine, spec)).rejects.toThrow('eks-multus:environment=lab');
      expect(engine.api.calls).toEqual(['describe lab']);
    },
  );
});

describe('concurrent operations', () => {
  it.each([
    ['CREATE_IN_PROGRESS', 'CREATE_COMPLETE', 'updated'],
    ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_COMPLETE', 'updated'],
    ['ROLLBACK_IN_PROGRESS', 'ROLLBACK_COMPLETE', 'created'],
    ['DELETE_IN_PROGRESS', 'DELETE_COMPLETE', 'created'],
  ] as const)('of status %s are followed to %s first', async (status, end, outcome) => {
    const engine = lab();
    const ahead = [{ afterMs: 40_000, status: end }];
    engine.api.put('lab', status as StackStatus, { ahead, tags: ours });
    expect(await deployStack(engine, spec)).toMatchObject({ outcome });
    expect(engine.log.lines.join('\n')).toContain(`is ${status}: following`);
  });

  it('that begin just before the update are waited for', async () => {
    const engine = lab();
    engine.api.put('lab', 'CREATE_COMPLETE', { tags: ours });
    engine.api.errors.set(
      'executeChangeSet',
      new Error('Stack:arn is in UPDATE_IN_PROGRESS state and can not be updated.'),
    );
    expect(await deployStack(engine, spec)).toMatchObject({ outcome: 'updated' });
    expect(engine.api.requests).toHaveLength(2);
  });

  it('do not hide other errors', async () => {
    const engine = lab();
    engine.api.errors.set('createChangeSet', new Error('not authorized'));
    await expect(deployStack(engine, spec)).rejects.toThrow('not authorized');
  });
});

describe('a timeout', () => {
  it('is an error that says that the operation goes on', async () => {
    const engine = lab(60_000);
    engine.api.scripts.set('lab', [
      { status: 'CREATE_IN_PROGRESS' },
      { status: 'CREATE_IN_PROGRESS', resource: 'Vpc' },
      { afterMs: 9_999_999, status: 'CREATE_COMPLETE' },
    ]);
    await expect(deployStack(engine, spec)).rejects.toThrow(
      /timed out while[\s\S]*run the action again/,
    );
  });

  it('makes few calls while nothing happens', async () => {
    const engine = lab();
    engine.api.scripts.set('lab', [
      { status: 'CREATE_IN_PROGRESS' },
      { afterMs: 600_000, status: 'CREATE_COMPLETE' },
    ]);
    await deployStack(engine, spec);
    expect(engine.api.calls.length).toBeLessThan(160);
    const waiting = engine.log.lines.filter((line) => line.includes('still waiting for'));
    expect(waiting.length).toBeGreaterThan(5);
    expect(waiting.length).toBeLessThan(11);
  });
});
