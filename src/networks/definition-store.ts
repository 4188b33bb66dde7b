import { isDeepStrictEqual } from 'node:util';
import { ClusterError } from '../core/errors.ts';
import { inParallel } from '../core/in-parallel.ts';
import type { Log } from '../core/log.ts';
import { type Patience, until } from '../core/retry.ts';
import { isConflict, OUR_LABELS } from '../kubernetes/api.ts';
import { isOurs, nameOf, refused, removeIfOurs, setByUs } from '../kubernetes/apply.ts';
import type { Connection } from '../kubernetes/connection.ts';
import {
  type Attachment,
  describeAttachment,
  type NetworkAttachmentDefinition,
} from './attachment.ts';
import { ownerOf } from './owner.ts';
import { readAttachment } from './read-attachment.ts';

type Definition = NetworkAttachmentDefinition;
type Texts = { [key: string]: string };

const GROUP_VERSION = 'k8s.cni.cncf.io/v1';
const KIND = 'NetworkAttachmentDefinition';
const PLURAL = 'network-attachment-definitions';

/** The definitions of a namespace, or of the whole cluster; none when the cluster does not know the kind. */
export async function listDefinitions(
  { api }: Pick<Connection, 'api'>,
  namespace?: string,
): Promise<readonly Definition[]> {
  const path = namespace === undefined ? `/apis/${GROUP_VERSION}/${PLURAL}` : pathOf(namespace);
  const items = await api.list<Definition>(path);
  // The items of a list come without their kind.
  return items.map((item) => ({ ...item, apiVersion: GROUP_VERSION, kind: KIND }));
}

/** True when the configuration, and the labels and annotations that we set, are as wanted. Pure. */
export function isAsWanted(current: Definition, wanted: Definition): boolean {
  return (
    current.spec?.config === wanted.spec?.config &&
    TEXTS.every((what) => holds(what, current, wanted))
  );
}

/**
 * Creates or replaces a definition in one request. Labels and annotations that others set stay; those that we set earlier
 * and no longer want go. (Create and replace cost an API server about half as much as server-side apply, which matters
 * with hundreds of networks.)
 *
 * @param before the definition as last read; when it has changed since, this reads and writes again.
 * @throws ClusterError with the API server's reason.
 */
export async function writeDefinition(
  { api }: Connection,
  wanted: Definition,
  before: Definition | undefined,
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
      if (isConflict(error)) current = await api.get<Definition>(path);
      throw error;
    }
  };
  try {
    await api.repeat(write, isConflict);
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

/** The wanted labels or annotations of a definition: ours, and those that others set. */
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

/** Keeps an API server busy, and stays far below its limit for one client. */
const AT_ONCE = 32;

/**
 * Checks, before anything changes, that no other tool or controller keeps a definition different from what is wanted.
 *
 * @throws ClusterError that names each such definition and its owner.
 */
export async function checkOwners(
  connection: Connection,
  attachments: readonly Attachment[],
): Promise<void> {
  const definitions = attachments.map(({ definition }) => definition);
  const before = await readAll(connection, definitions);
  const foreign = definitions.flatMap((wanted) => {
    const current = before.get(nameOf(wanted));
    const owner = current === undefined ? undefined : ownerOf(current);
    const same = current?.spec?.config === wanted.spec?.config;
    return owner === undefined || same ? [] : [`${nameOf(wanted)} (${owner})`];
  });
  if (foreign.length === 0) return;
  throw new ClusterError({
    resource: foreign.join(', '),
    reason: 'another tool keeps it as it is, and it differs from what the networks of this run say',
    nextStep:
      'change it there, or leave it out of the networks here; or have that tool give it up, and remove its labels and annotations',
  });
}

/**
 * Creates and changes the definitions of networks, several at a time, and waits until all can be read back. Sends one
 * request for each definition that is new or differs, and two for each namespace.
 */
export async function applyNetworks(
  connection: Connection,
  attachments: readonly Attachment[],
  log: Log,
  patience: Patience,
): Promise<void> {
  const definitions = attachments.map(({ definition }) => definition);
  const before = await readAll(connection, definitions);
  const lines = await inParallel(attachments, AT_ONCE, async (attachment) => {
    const { definition } = attachment;
    const name = nameOf(definition);
    const current = before.get(name);
    const owner = current === undefined ? undefined : ownerOf(current);
    if (owner !== undefined) return `Left ${name} to its owner (${owner}): it is as wanted`;
    const unchanged = current !== undefined && isAsWanted(current, definition);
    if (!unchanged) await writeDefinition(connection, definition, current);
    const change = current === undefined ? 'Created' : 'Changed';
    return `${unchanged ? 'Unchanged' : change} ${name}: ${describeAttachment(attachment)}`;
  });
  for (const line of lines) log.info(line);
  await awaitReadable(connection, definitions, patience);
}

/** All definitions in the namespaces of the given ones, by the names that messages use. */
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
        return current === undefined || !(isAsWanted(current, one) || ownerOf(current));
      });
      return missing.length === 0 ? true : undefined;
    },
    { ...patience, everyMs: 250 },
  );
  if (found) return;
  throw new ClusterError({
    resource: missing.map(nameOf).join(', '),
    reason: 'it was applied, but does not read back as written',
    nextStep: 'look for a webhook or a controller that changes or removes it',
  });
}

/**
 * Finds definitions that we made and no longer want: those with our label in the namespaces of this run. Other namespaces
 * may belong to other runs, and what another tool keeps belongs to it. Pure.
 */
export function toPrune(
  found: readonly NetworkAttachmentDefinition[],
  wanted: readonly Attachment[],
  namespaces: readonly string[],
): readonly NetworkAttachmentDefinition[] {
  const keep = new Set(wanted.map(({ namespace, name }) => `${namespace}/${name}`));
  return found.filter((definition) => {
    const { name, namespace = '' } = definition.metadata ?? {};
    const stale = namespaces.includes(namespace) && !keep.has(`${namespace}/${name}`);
    return isOurs(definition) && ownerOf(definition) === undefined && stale;
  });
}

/** True when any network, whoever made it, gets its addresses from whereabouts. Pure. */
export function usesWhereabouts(definitions: readonly NetworkAttachmentDefinition[]): boolean {
  return definitions.some((definition) => {
    const read = readAttachment(definition);
    // A configuration that cannot be read may use whereabouts.
    const text = definition.spec?.config ?? '';
    return typeof read === 'string' ? text.includes('whereabouts') : read.ipam === 'whereabouts';
  });
}

/** Deletes the definitions that `toPrune` finds. Running pods keep their interfaces; new pods cannot name the network. */
export async function pruneNetworks(
  connection: Connection,
  wanted: readonly Attachment[],
  namespaces: readonly string[],
  log: Log,
): Promise<void> {
  const label = Object.entries(OUR_LABELS).flat().join('=');
  const stale = toPrune(await listDefinitions(connection), wanted, namespaces);
  for (const definition of stale) {
    const removed = await removeIfOurs(connection, definition);
    const text = removed ? 'Removed' : 'Kept, because somebody else changed it:';
    log.info(`${text} ${nameOf(definition)}`);
  }
  if (stale.length === 0) {
    log.info(`Nothing to remove among the networks with ${label} in ${namespaces.join(', ')}`);
  }
}
