import { StackStatus } from '@aws-sdk/client-cloudformation';
import { describe, expect, it } from 'vitest';
import { deployStep, destroyStep, isBusy, isDeployed } from './stack-status.ts';

const all = Object.values(StackStatus);

describe('the decision table', () => {
  it('covers every status of the API', () => {
    expect(all).toHaveLength(23);
    for (const status of all) {
      expect(deployStep(status), status).toBeTruthy();
      expect(destroyStep(status), status).toBeTruthy();
    }
  });

  it.each([
    [undefined, 'create', 'nothing'],
    ['DELETE_COMPLETE', 'create', 'nothing'],
    ['REVIEW_IN_PROGRESS', 'create', 'delete'],
    ['CREATE_COMPLETE', 'update', 'delete'],
    ['UPDATE_COMPLETE', 'update', 'delete'],
    ['UPDATE_ROLLBACK_COMPLETE', 'update', 'delete'],
    ['IMPORT_COMPLETE', 'update', 'delete'],
    ['IMPORT_ROLLBACK_COMPLETE', 'update', 'delete'],
    ['ROLLBACK_COMPLETE', 'replace', 'delete'],
    ['ROLLBACK_FAILED', 'replace', 'delete'],
    ['CREATE_FAILED', 'replace', 'delete'],
    ['DELETE_FAILED', 'replace', 'delete'],
    ['UPDATE_FAILED', 'roll-back', 'delete'],
    ['UPDATE_ROLLBACK_FAILED', 'continue-rollback', 'delete'],
    ['IMPORT_ROLLBACK_FAILED', 'give-up', 'delete'],
  ] as const)('%s: deploy %s, destroy %s', (status, deploy, destroy) => {
    expect(deployStep(status)).toBe(deploy);
    expect(destroyStep(status)).toBe(destroy);
  });

  it('waits exactly while CloudFormation is busy', () => {
    for (const status of all) {
      expect(deployStep(status) === 'wait', status).toBe(isBusy(status));
      expect(destroyStep(status) === 'wait', status).toBe(isBusy(status));
    }
    expect(all.filter(isBusy)).toHaveLength(9);
  });

  it('treats only a completed create or update as success', () => {
    expect(all.filter(isDeployed)).toEqual(['CREATE_COMPLETE', 'UPDATE_COMPLETE']);
  });
});
