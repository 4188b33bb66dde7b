import { ClusterError } from '../github/errors.ts';
import type { Log } from '../github/log.ts';
import { apply, nameOf } from '../kubernetes/apply.ts';
import type { Connection } from '../kubernetes/connection.ts';
import type { List } from '../kubernetes/core.ts';
import { inParallel } from '../kubernetes/in-parallel.ts';
import { type Patience, until } from '../kubernetes/poll.ts';
import { retrying } from '../kubernetes/retry.ts';
import type { Attachment, NetworkAttachmentDefinition } from './attachment.ts';
import { described } from './describe.ts';

/** Enough to keep an API server busy, and far below what it lets one client do at once. */
const AT_ONCE = 16;

type Definition = NetworkAttachmentDefinition;
type ByName = ReadonlyMap<string, Definition>;

/**
 * Applies the definitions of networks, several at a time, and waits until all can be read back. One request for
 * each definition, and two for each namespace.
 */
export async function applyNetworks(
  connection: Connection,
  attachments: readonly Attachment[],
  log: Log,
  patience: Patience,
): Promise<void> {
  const definitions = attachments.map(({ definition }) => definition);
  const before = await retrying(() => readAll(connection, definitions), patience.clock);
  const lines = await inParallel(attachments, AT_ONCE, async (attachment) => {
    const { definition } = attachment;
    const after = await apply(connection, definition, patience.clock);
    const name = nameOf(definition);
    return `${change(before.get(name), after)} ${name}: ${described(attachment)}`;
  });
  for (const line of lines) log.info(line);
  await awaitReadable(connection, definitions, patience);
}

/** The definitions that there are in the namespaces of the given ones. */
async function readAll({ rest }: Connection, definitions: readonly Definition[]): Promise<ByName> {
  const namespaces = new Set(definitions.map(({ metadata }) => metadata?.namespace ?? 'default'));
  const found = await inParallel([...namespaces], AT_ONCE, async (namespace) => {
    const path = `/apis/k8s.cni.cncf.io/v1/namespaces/${namespace}/network-attachment-definitions`;
    const { items } = await rest<List<Definition>>({ method: 'GET', path });
    return items;
  });
  // The items of a list do not say their kind.
  const kind = 'NetworkAttachmentDefinition';
  return new Map(found.flat().map((one) => [nameOf({ ...one, kind }), one]));
}

function change(before: Definition | undefined, after: Definition): string {
  if (before === undefined) return 'Created';
  const same = before.metadata?.resourceVersion === after.metadata?.resourceVersion;
  return same ? 'Unchanged' : 'Changed';
}

async function awaitReadable(
  connection: Connection,
  definitions: readonly Definition[],
  patience: Patience,
): Promise<void> {
  let missing = definitions;
  const found = await until(async () => {
    const now = await readAll(connection, definitions);
    missing = definitions.filter(
      (one) => now.get(nameOf(one))?.spec?.config !== one.spec?.config || !now.has(nameOf(one)),
    );
    return missing.length === 0 ? true : undefined;
  }, patience);
  if (found) return;
  throw new ClusterError({
    resource: missing.map(nameOf).join(', '),
    reason: 'applied, but does not read back as it was written',
    nextStep: 'look for a webhook or a controller that changes or removes it',
  });
}
