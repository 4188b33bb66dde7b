import type { KubernetesObject } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { fakeKubernetesApi } from '../../dev/testing/fakes/fake-kubernetes-api.ts';
import type { KubernetesApi } from './api.ts';
import { ApiError } from './api-error.ts';
import { takeOver } from './apply.ts';
import type { Connection } from './connection.ts';

const entry = { manager: 'kubectl-client-side-apply', operation: 'Update', apiVersion: 'v1' };
const object = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'multus' } };

/** An API server that answers each patch with the next of these statuses. */
function answering(...statuses: readonly number[]) {
  const patches: KubernetesObject[] = [];
  let resourceVersion = 0;
  const read: KubernetesApi['read'] = async () => {
    resourceVersion += 1;
    const managedFields = [{ ...entry, fieldsType: 'FieldsV1', fieldsV1: { 'f:metadata': {} } }];
    const metadata = { ...object.metadata, resourceVersion: `${resourceVersion}`, managedFields };
    return { ...object, metadata } as never;
  };
  const merge: KubernetesApi['merge'] = async (_, body) => {
    const status = statuses[patches.length] ?? 500;
    patches.push(body as KubernetesObject);
    if (status !== 200) throw new ApiError(status, { message: 'no' });
  };
  return { connection: { api: fakeKubernetesApi({ read, merge }) } as Connection, patches };
}

describe('takeOver', () => {
  it('reads the object again when somebody has changed it meanwhile', async () => {
    const { connection, patches } = answering(409, 200);
    await takeOver(connection, object);
    expect(patches.map(({ metadata }) => metadata?.resourceVersion)).toEqual(['1', '2']);
    expect(patches[1]?.metadata?.managedFields).toMatchObject([
      { manager: 'eks-multus-actions', operation: 'Apply', fieldsV1: { 'f:metadata': {} } },
    ]);
  });

  it('quotes the API server when it refuses', async () => {
    const { connection, patches } = answering(403);
    await expect(takeOver(connection, object)).rejects.toThrow(
      /serviceaccount multus: the API server refused it \(403 no\).*right to do this/s,
    );
    expect(patches).toHaveLength(1);
  });
});
