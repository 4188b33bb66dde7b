import type { V1CustomResourceDefinition } from '@kubernetes/client-node';
import { ClusterError } from '../github/errors.ts';
import type { Connection } from './connection.ts';
import { type Patience, until } from './poll.ts';

/**
 * Waits until the API server serves the kind of a CustomResourceDefinition.
 *
 * @throws ClusterError when it does not in time.
 */
export async function awaitEstablished(
  connection: Connection,
  name: string,
  patience: Patience,
): Promise<void> {
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
  const established = await until(
    async () => {
      const definition = await connection.rest<V1CustomResourceDefinition>({
        method: 'GET',
        path,
      });
      const condition = definition.status?.conditions?.find(({ type }) => type === 'Established');
      return condition?.status === 'True' ? true : undefined;
    },
    { ...patience, everyMs: 250 },
  );
  if (established) return;
  throw new ClusterError({
    resource: `customresourcedefinition ${name}`,
    reason: 'the API server does not serve it',
    nextStep: `look at its conditions: kubectl describe crd ${name}`,
  });
}
