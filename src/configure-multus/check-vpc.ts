import type { Filters, NetworkInterface } from '../aws/network-interfaces.ts';
import { InputError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Environment } from '../environment/environment.ts';
import type { Attachment } from '../networks/attachment.ts';
import { checkInterfaces } from '../networks/check-interfaces.ts';
import { asInputProblem } from '../networks/network-spec.ts';

/** Lists network interfaces in EC2; undefined when the job has no AWS credentials. */
export type InterfaceSource =
  | ((filters: Filters) => Promise<readonly NetworkInterface[]>)
  | undefined;

/**
 * Checks the networks against the network interfaces in the environment's Multus subnets. Without an environment, or when
 * listing the interfaces fails, logs that it skips the check.
 *
 * @throws InputError when a network assigns an address that an interface already has, or has too few addresses.
 */
export async function checkVpc(
  attachments: readonly Attachment[],
  environment: Environment | undefined,
  source: InterfaceSource,
  log: Log,
): Promise<void> {
  const subnets = environment?.networks.flatMap((network) => network.subnets) ?? [];
  if (source === undefined || subnets.length === 0) {
    log.info('Cannot check the networks against the VPC: the input environment is not set');
    return;
  }
  const interfaces = await source({ 'subnet-id': subnets.map(({ id }) => id) }).catch(
    (error: unknown) => {
      const reason = `${(error as Error).name}: ${messageOf(error)}`;
      log.info(
        `Cannot check the networks against the VPC: listing its network interfaces failed (${reason})`,
      );
      return undefined;
    },
  );
  if (interfaces === undefined) return;
  const { problems, notes } = checkInterfaces(attachments, interfaces);
  for (const note of notes) log.info(note);
  if (problems.length === 0) return;
  throw new InputError(problems.map(asInputProblem));
}
