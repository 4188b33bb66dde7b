import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../core/clock.ts';
import { ClusterError } from '../core/errors.ts';
import { inParallel } from '../core/in-parallel.ts';
import type { Log } from '../core/log.ts';
import { type Patience, until } from '../core/retry.ts';
import { isConflictOrTransient, OUR_LABELS, retryRequest } from '../kubernetes/api.ts';
import { statusOf } from '../kubernetes/api-error.ts';
import { isOurs, nameOf, refused, removeIfOurs, setByUs } from '../kubernetes/apply.ts';
import type { Connection } from '../kubernetes/connection.ts';

import {
  type Attachment,
  describeAttachment,
  type NetworkAttachmentDefinition,
} from './attachment.ts';

import { readAttachment } from './read-attachment.ts';

type Definition = NetworkAttachmentDefinition;
type Texts = { [key: string]: string };

const GROUP_VERSION = 'k8s.cni.cncf.io/v1';
const KIND = 'NetworkAttachmentDefinition';
const PLURAL = 'network-attachment-definitions';

/** The definitions of a namespace, or of the whole cluster; none when it does not know the kind. */
export async function listDefinitions(
  { api }: Connection,
  namespace?: string,
): Promise<readonly Definition[]> {
  const path = namespace === undefined ? `/apis/${GROUP_VERSION}/${PLURAL}` : pathOf(namespace);
  const items = await api.list<Definition>(path);
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
  { api }: Connection,
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
        ? api.create(collection, wanted)
        : api.replace(path, merged(current, wanted)));
    } catch (error) {
      const conflict = statusOf(error) === 409;
      if (conflict) current = await api.get<Definition>(path);
      throw error;
    }
  };
  try {
    await retryRequest(write, clock, isConflictOrTransient);
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

/** Enough to keep an API server busy, and far below what it lets one client do at once. */
const AT_ONCE = 32;

/**
 * Makes the definitions of networks what they should be, several at a time, and waits until all can be read back.
 * One request for each that is new or differs, and two for each namespace.
 */
export async function applyNetworks(
  connection: Connection,
  attachments: readonly Attachment[],
  log: Log,
  patience: Patience,
): Promise<void> {
  const { clock } = patience;
  const definitions = attachments.map(({ definition }) => definition);
  const before = await readAll(connection, definitions);
  const lines = await inParallel(attachments, AT_ONCE, async (attachment) => {
    const { definition } = attachment;
    const name = nameOf(definition);
    const current = before.get(name);
    const unchanged = current !== undefined && isAsWanted(current, definition);
    if (!unchanged) await writeDefinition(connection, definition, current, clock);
    const change = current === undefined ? 'Created' : 'Changed';
    return `${unchanged ? 'Unchanged' : change} ${name}: ${describeAttachment(attachment)}`;
  });
  for (const line of lines) log.info(line);
  await awaitReadable(connection, definitions, patience);
}

/** The definitions that there are in the namespaces of the given ones, by their names in messages. */
async function readAll(connection: Connection, definitions: readonly Definition[]) {
  const namespaces = new Set(definitions.map(({ metadata }) => metadata?.namespace ?? 'default'));
  const found = await inParallel([...namespaces], AT_ONCE, (namespace) =>
    listDefinitions(connection, namespace),
  );
  return new Map(found.flat().map((one) => [nameOf(one), one]));
}

async function awaitReadable(
  connection: Connection,
  definitions: readonly Definition[],
  patience: Patience,
): Promise<void> {
  let missing = definitions;
  const found = await until(
    async () => {
      const now = await readAll(connection, definitions);
      missing = definitions.filter((one) => {
        const current = now.get(nameOf(one));
        return current === undefined || !isAsWanted(current, one);
      });
      return missing.length === 0 ? true : undefined;
    },
    { ...patience, everyMs: 250 },
  );
  if (found) return;
  throw new ClusterError({
    resource: missing.map(nameOf).join(', '),
    reason: 'applied, but does not read back as it was written',
    nextStep: 'look for a webhook or a controller that changes or removes it',
  });
}

/**
 * The definitions that we made and that are not wanted any more: those with our label, in the namespaces that
 * this run is about. Other namespaces may belong to other runs. Pure.
 */
export function toPrune(
  found: readonly NetworkAttachmentDefinition[],
  wanted: readonly Attachment[],
  namespaces: readonly string[],
): readonly NetworkAttachmentDefinition[] {
  const keep = new Set(wanted.map(({ namespace, name }) => `${namespace}/${name}`));
  return found.filter((definition) => {
    const { name, namespace = '' } = definition.metadata ?? {};
    return (
      isOurs(definition) && namespaces.includes(namespace) && !keep.has(`${namespace}/${name}`)
    );
  });
}

/** Does a network, whoever made it, take its addresses from whereabouts? Pure. */
export function usesWhereabouts(definitions: readonly NetworkAttachmentDefinition[]): boolean {
  return definitions.some((definition) => {
    const read = readAttachment(definition);
    // What cannot be read is not known to do without it.
    const text = definition.spec?.config ?? '';
    return typeof read === 'string' ? text.includes('whereabouts') : read.ipam === 'whereabouts';
  });
}

/** Deletes what `toPrune` says. Pods that run keep their interfaces; new ones cannot name the network. */
export async function pruneNetworks(
  connection: Connection,
  wanted: readonly Attachment[],
  namespaces: readonly string[],
  log: Log,
  clock: Clock,
): Promise<void> {
  const label = Object.entries(OUR_LABELS).flat().join('=');
  const stale = toPrune(await listDefinitions(connection), wanted, namespaces);
  for (const definition of stale) {
    const removed = await removeIfOurs(connection, definition, clock);
    const text = removed ? 'Removed' : 'Left as somebody changed it meanwhile:';
    log.info(`${text} ${nameOf(definition)}`);
  }
  if (stale.length === 0) {
    log.info(`Nothing to remove among the networks with ${label} in ${namespaces.join(', ')}`);
  }
}
