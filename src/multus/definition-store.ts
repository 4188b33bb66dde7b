import { isDeepStrictEqual } from 'node:util';
import { isTransient, statusOf } from '../kubernetes/api-error.ts';
import { FIELD_MANAGER, refused } from '../kubernetes/apply.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { setByUs } from '../kubernetes/managed-fields.ts';
import { plainApi } from '../kubernetes/plain-api.ts';
import type { Clock } from '../kubernetes/poll.ts';
import { retrying, retryingRest } from '../kubernetes/retry.ts';
import type { NetworkAttachmentDefinition } from './attachment.ts';

type Definition = NetworkAttachmentDefinition;
type Texts = { [key: string]: string };

const query = { fieldManager: FIELD_MANAGER };

const GROUP_VERSION = 'k8s.cni.cncf.io/v1';
const KIND = 'NetworkAttachmentDefinition';
const PLURAL = 'network-attachment-definitions';

/** The definitions of a namespace, or of the whole cluster; none when it does not know the kind. */
export async function listDefinitions(
  { rest }: Connection,
  clock: Clock,
  namespace?: string,
): Promise<readonly Definition[]> {
  const path = namespace === undefined ? `/apis/${GROUP_VERSION}/${PLURAL}` : pathOf(namespace);
  const items = await plainApi(retryingRest(rest, clock)).list<Definition>(path);
  // In a list, objects do not tell their kind.
  return items.map((item) => ({ ...item, apiVersion: GROUP_VERSION, kind: KIND }));
}

/**
 * Whether a definition is as it should be: its configuration, and its labels and annotations, except those that others
 * have set. Pure.
 */
export function isAsWanted(current: Definition, wanted: Definition): boolean {
  return (
    current.spec?.config === wanted.spec?.config &&
    TEXTS.every((what) => holds(what, current, wanted))
  );
}

/**
 * Creates a definition, or replaces what there is in one request; labels and annotations that others have set stay,
 * those that we have set earlier and do not set any more go. (Creating and replacing costs an API server about half as
 * much as server-side apply, which shows with hundreds.)
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
  const labels = textsOf('labels', current, wanted);
  const annotations = textsOf('annotations', current, wanted);
  return { ...wanted, metadata: { ...current.metadata, labels, annotations } };
}

const TEXTS = ['labels', 'annotations'] as const;
type What = (typeof TEXTS)[number];

/** The labels or annotations that a definition is to have: ours, and those of others. */
function textsOf(what: What, current: Definition, wanted: Definition): Texts {
  const ours = setByUs(current, what);
  const there = Object.entries(current.metadata?.[what] ?? {});
  return {
    ...Object.fromEntries(there.filter(([key]) => !ours.has(key))),
    ...wanted.metadata?.[what],
  };
}

function holds(what: What, current: Definition, wanted: Definition): boolean {
  return isDeepStrictEqual(textsOf(what, current, wanted), current.metadata?.[what] ?? {});
}

function pathOf(namespace: string): string {
  return `/apis/${GROUP_VERSION}/namespaces/${namespace}/${PLURAL}`;
}
