import type { V1Namespace } from '@kubernetes/client-node';
import { ClusterError } from '../core/errors.ts';
import type { KubernetesApi } from '../kubernetes/api.ts';
import { unlessStatus } from '../kubernetes/api-error.ts';
import { missingNamespace } from '../kubernetes/explain.ts';
import type { Attachment } from '../networks/attachment.ts';

/**
 * Checks, before anything changes, that the namespaces of networks exist. Skips those that this identity may not read.
 *
 * @throws ClusterError that names each namespace that does not exist or is being deleted.
 */
export async function checkNamespaces(
  api: Pick<KubernetesApi, 'read'>,
  attachments: readonly Pick<Attachment, 'namespace'>[],
): Promise<void> {
  const names = [...new Set(attachments.map(({ namespace }) => namespace))];
  const troubles = await Promise.all(names.map((name) => troubleOf(api, name)));
  const found = names.flatMap((name, index) => {
    const trouble = troubles[index];
    return trouble === undefined ? [] : [{ name, trouble }];
  });
  if (found.length === 0) return;
  throw new ClusterError({
    resource: found.map(({ name }) => `namespace ${name}`).join(', '),
    reason: [...new Set(found.map(({ trouble }) => trouble))].join('; '),
    nextStep: found
      .map(({ name, trouble }) =>
        trouble === MISSING ? missingNamespace(name) : `wait until ${name} is gone, and create it`,
      )
      .join('; '),
  });
}

const MISSING = 'networks are to be in it, and it does not exist';

async function troubleOf(
  api: Pick<KubernetesApi, 'read'>,
  name: string,
): Promise<string | undefined> {
  const read = () =>
    api.read<V1Namespace>(`/api/v1/namespaces/${name}`).then((found) => ({ found }));
  const answer = await unlessStatus([403], read);
  if (answer === undefined) return undefined;
  if (answer.found === undefined) return MISSING;
  const { phase } = answer.found.status ?? {};
  return phase === 'Terminating' ? 'networks are to be in it, and it is being deleted' : undefined;
}
