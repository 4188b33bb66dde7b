import { isTransient, statusOf } from '../kubernetes/api-error.ts';
import { FIELD_MANAGER, refused } from '../kubernetes/apply.ts';
import type { Connection } from '../kubernetes/connection.ts';
import type { List } from '../kubernetes/core.ts';
import type { Clock } from '../kubernetes/poll.ts';
import { retrying } from '../kubernetes/retry.ts';
import type { NetworkAttachmentDefinition } from './attachment.ts';

type Definition = NetworkAttachmentDefinition;
type Texts = Readonly<Record<string, string>> | undefined;

const query = { fieldManager: FIELD_MANAGER };

/** All definitions of a namespace. */
export async function listDefinitions(
  { rest }: Connection,
  namespace: string,
): Promise<readonly Definition[]> {
  const { items } = await rest<List<Definition>>({ method: 'GET', path: pathOf(namespace) });
  return items;
}

/**
 * Whether a definition is as it should be: its configuration, and those of its labels and annotations that we name.
 * Those of others may be there too. Pure.
 */
export function isAsWanted(current: Definition, wanted: Definition): boolean {
  return (
    current.spec?.config === wanted.spec?.config &&
    holds(current.metadata?.labels, wanted.metadata?.labels) &&
    holds(current.metadata?.annotations, wanted.metadata?.annotations)
  );
}

/**
 * Creates a definition, or replaces what there is in one request; labels and annotations of others stay. (Creating
 * and replacing costs an API server about half as much as server-side apply, which shows with hundreds.)
 *
 * @param before as it was last seen; when it has changed since, it is read and written again.
 * @throws ClusterError with the API server's reason.
 */
export async function writeDefinition(
  { rest }: Connection,
  wanted: Definition,
  before: Definition | undefined,
  clock: Clock,
): Promise<void> {
  const collection = pathOf(wanted.metadata?.namespace ?? 'default');
  const path = `${collection}/${wanted.metadata?.name}`;
  let current = before;
  const write = async () => {
    try {
      await (current === undefined
        ? rest({ method: 'POST', path: collection, query, body: wanted })
        : rest({ method: 'PUT', path, query, body: merged(current, wanted) }));
    } catch (error) {
      const conflict = statusOf(error) === 409;
      if (conflict) current = await rest<Definition>({ method: 'GET', path });
      throw error;
    }
  };
  const mayPass = (error: unknown) => isTransient(error) || statusOf(error) === 409;
  try {
    await retrying(write, clock, mayPass);
  } catch (error) {
    throw refused(wanted, error);
  }
}

function merged(current: Definition, wanted: Definition): Definition {
  const labels = { ...current.metadata?.labels, ...wanted.metadata?.labels };
  const annotations = { ...current.metadata?.annotations, ...wanted.metadata?.annotations };
  return { ...wanted, metadata: { ...current.metadata, labels, annotations } };
}

function holds(current: Texts, wanted: Texts): boolean {
  return Object.entries(wanted ?? {}).every(([key, value]) => current?.[key] === value);
}

function pathOf(namespace: string): string {
  return `/apis/k8s.cni.cncf.io/v1/namespaces/${namespace}/network-attachment-definitions`;
}
