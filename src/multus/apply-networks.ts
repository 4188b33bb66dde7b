import { ClusterError } from '../github/errors.ts';
import type { Log } from '../github/log.ts';
import { nameOf } from '../kubernetes/apply.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { inParallel } from '../kubernetes/in-parallel.ts';
import { type Clock, type Patience, until } from '../kubernetes/poll.ts';
import type { Attachment, NetworkAttachmentDefinition } from './attachment.ts';
import { isAsWanted, listDefinitions, writeDefinition } from './definition-store.ts';
import { described } from './describe.ts';

/** Enough to keep an API server busy, and far below what it lets one client do at once. */
const AT_ONCE = 32;

type Definition = NetworkAttachmentDefinition;

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
  const before = await readAll(connection, definitions, clock);
  const lines = await inParallel(attachments, AT_ONCE, async (attachment) => {
    const { definition } = attachment;
    const name = nameOf(definition);
    const current = before.get(name);
    const unchanged = current !== undefined && isAsWanted(current, definition);
    if (!unchanged) await writeDefinition(connection, definition, current, clock);
    const change = current === undefined ? 'Created' : 'Changed';
    return `${unchanged ? 'Unchanged' : change} ${name}: ${described(attachment)}`;
  });
  for (const line of lines) log.info(line);
  await awaitReadable(connection, definitions, patience);
}

/** The definitions that there are in the namespaces of the given ones, by their names in messages. */
async function readAll(connection: Connection, definitions: readonly Definition[], clock: Clock) {
  const namespaces = new Set(definitions.map(({ metadata }) => metadata?.namespace ?? 'default'));
  const found = await inParallel([...namespaces], AT_ONCE, (namespace) =>
    listDefinitions(connection, clock, namespace),
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
      const now = await readAll(connection, definitions, patience.clock);
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
