import { ClusterError } from '../github/errors.ts';
import type { Log } from '../github/log.ts';
import { statusOf } from '../kubernetes/api-error.ts';
import { apply, nameOf } from '../kubernetes/apply.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { type Patience, until } from '../kubernetes/poll.ts';
import { retrying } from '../kubernetes/retry.ts';
import type { Attachment, NetworkAttachmentDefinition } from './attachment.ts';
import { described } from './describe.ts';

/** Applies the definitions of networks and waits until each can be read back. */
export async function applyNetworks(
  connection: Connection,
  attachments: readonly Attachment[],
  log: Log,
  patience: Patience,
): Promise<void> {
  for (const attachment of attachments) {
    const { definition } = attachment;
    const before = await retrying(() => read(connection, definition), patience.clock);
    const after = await apply(connection, definition, patience.clock);
    log.info(`${change(before, after)} ${nameOf(definition)}: ${described(attachment)}`);
    await awaitReadable(connection, definition, patience);
  }
}

type Definition = NetworkAttachmentDefinition;

async function read(
  connection: Connection,
  definition: Definition,
): Promise<Definition | undefined> {
  const { name = '', namespace = '' } = definition.metadata ?? {};
  const { apiVersion, kind } = definition;
  try {
    return await connection.objects.read({ apiVersion, kind, metadata: { name, namespace } });
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

function change(before: Definition | undefined, after: Definition): string {
  if (before === undefined) return 'Created';
  const same = before.metadata?.resourceVersion === after.metadata?.resourceVersion;
  return same ? 'Unchanged' : 'Changed';
}

async function awaitReadable(
  connection: Connection,
  definition: Definition,
  patience: Patience,
): Promise<void> {
  const found = await until(async () => {
    const now = await read(connection, definition);
    return now !== undefined && now.spec?.config === definition.spec?.config ? now : undefined;
  }, patience);
  if (found !== undefined) return;
  throw new ClusterError({
    resource: nameOf(definition),
    reason: 'it was applied, but does not read back as it was written',
    nextStep: 'look for a webhook or a controller that changes or removes it',
  });
}
