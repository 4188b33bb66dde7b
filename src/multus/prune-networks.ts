import type { Log } from '../github/log.ts';
import { nameOf, OUR_LABELS } from '../kubernetes/apply.ts';
import type { Connection } from '../kubernetes/connection.ts';
import type { Clock } from '../kubernetes/poll.ts';
import { isOurs, removeIfOurs } from '../kubernetes/remove.ts';
import type { Attachment, NetworkAttachmentDefinition } from './attachment.ts';
import { listDefinitions } from './definition-store.ts';
import { readAttachment } from './read-attachment.ts';

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
  const stale = toPrune(await listDefinitions(connection, clock), wanted, namespaces);
  for (const definition of stale) {
    const removed = await removeIfOurs(connection, definition, clock);
    const text = removed ? 'Removed' : 'Left as somebody changed it meanwhile:';
    log.info(`${text} ${nameOf(definition)}`);
  }
  if (stale.length === 0) {
    log.info(`Nothing to remove among the networks with ${label} in ${namespaces.join(', ')}`);
  }
}
