import type { V1ManagedFieldsEntry } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { setByUs, takenOver } from './apply.ts';

const entry = (manager: string, fieldsV1: object, more: object = {}): V1ManagedFieldsEntry => ({
  manager,
  operation: 'Update',
  apiVersion: 'apps/v1',
  fieldsType: 'FieldsV1',
  fieldsV1,
  ...more,
});
const apply = { operation: 'Apply' };
const status = entry('kube-controller-manager', { 'f:status': {} }, { subresource: 'status' });
const restart = entry('kubectl-rollout', { 'f:spec': { 'f:template': {} } });

describe('takenOver', () => {
  it('returns undefined when kubectl has applied nothing', () => {
    const ours = entry('eks-multus-actions', { 'f:spec': {} }, apply);
    expect(takenOver([])).toBeUndefined();
    expect(takenOver([ours, status, restart])).toBeUndefined();
    expect(takenOver([entry('kubectl', { 'f:status': {} }, { subresource: 'status' })])).toBe(
      undefined,
    );
  });

  it.each([
    ['kubectl-client-side-apply', {}],
    ['kubectl-create', {}],
    ['kubectl-replace', {}],
    ['kubectl', apply],
  ])('makes the fields of %s ours', (manager, more) => {
    const fields = { 'f:spec': { 'f:replicas': {} } };
    const ours = { ...entry('eks-multus-actions', fields, apply) };
    expect(takenOver([status, entry(manager, fields, more), restart])).toEqual([
      ours,
      status,
      restart,
    ]);
  });

  it('joins the fields of kubectl with ours', () => {
    const theirs = { 'f:spec': { 'f:a': {}, 'f:b': { 'f:c': {} } }, 'f:data': { '.': {} } };
    const ours = { 'f:spec': { 'f:a': {}, 'f:b': { 'f:d': {} } } };
    const joined = takenOver([
      entry('kubectl-client-side-apply', theirs),
      entry('eks-multus-actions', ours, apply),
    ]);
    const both = { 'f:a': {}, 'f:b': { 'f:c': {}, 'f:d': {} } };
    expect(joined).toEqual([
      entry('eks-multus-actions', { 'f:spec': both, 'f:data': { '.': {} } }, apply),
    ]);
  });
});

describe('setByUs', () => {
  const labels = (...keys: string[]) => ({
    'f:metadata': {
      'f:labels': { '.': {}, ...Object.fromEntries(keys.map((key) => [`f:${key}`, {}])) },
    },
  });

  it('returns the keys that only we have set', () => {
    const managedFields = [
      entry('eks-multus-actions', labels('ours', 'shared')),
      entry('eks-multus-actions', labels('applied'), apply),
      entry('somebody', labels('theirs', 'shared')),
    ];
    const object = { metadata: { managedFields } };
    expect([...setByUs(object, 'labels')]).toEqual(['ours', 'applied']);
    expect([...setByUs(object, 'annotations')]).toEqual([]);
    expect([...setByUs({}, 'labels')]).toEqual([]);
  });
});
