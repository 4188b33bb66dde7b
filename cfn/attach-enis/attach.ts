import type { Interfaces } from './interfaces.ts';
import { type DeviceWork, planAttachments, planRelease, type WantedInterface } from './plan.ts';

/** How often to look again when EC2 says that the time is not right yet, and how to wait in between. */
export interface Patience {
  readonly attempts: number;
  readonly pause: () => Promise<void>;
}

/**
 * Errors that another look may resolve: the instance is not running yet, EC2 does not know yet what
 * it has just made, or the same event is being handled twice and the other one was faster.
 */
const MAY_PASS: ReadonlySet<string> = new Set([
  'IncorrectInstanceState',
  'IncorrectState',
  'InvalidAttachmentID.NotFound',
  // Some calls say so of an instance that is pending: https://github.com/hashicorp/terraform-provider-aws/pull/3072
  'InvalidInstanceID',
  'InvalidInstanceID.NotFound',
  'InvalidNetworkInterface.InUse',
  'InvalidNetworkInterfaceID.NotFound',
  'InvalidParameterValue',
]);

/**
 * Gives an instance its wanted interfaces: looks, does what is missing, and looks again until
 * nothing is. Throws EC2's error when it will not pass, or has not passed after the last attempt;
 * what was made until then stays (see `release`).
 */
export async function attach(
  interfaces: Interfaces,
  wanted: readonly WantedInterface[],
  patience: Patience,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const work = planAttachments(await interfaces.list(), wanted);
      for (const device of work) await carryOut(device, interfaces);
      return;
    } catch (error) {
      if (attempt >= patience.attempts || !mayPass(error)) throw error;
      await patience.pause();
    }
  }
}

/** Sees to it that nothing made for an instance outlives it; safe to repeat. */
export async function release(interfaces: Interfaces): Promise<void> {
  const work = planRelease(await interfaces.list());
  const results = await Promise.allSettled([
    ...work.remove.map((id) => interfaces.remove(id)),
    ...work.deleteOnTermination.map(({ interfaceId, attachmentId }) =>
      interfaces.deleteOnTermination(interfaceId, attachmentId),
    ),
  ]);
  const failures = results.flatMap((result) =>
    result.status === 'rejected' &&
    errorName(result.reason) !== 'InvalidNetworkInterfaceID.NotFound'
      ? [result.reason]
      : [],
  );
  if (failures.length > 0) throw new AggregateError(failures, 'interfaces may be left behind');
}

async function carryOut(work: DeviceWork, interfaces: Interfaces): Promise<void> {
  const id = work.interfaceId ?? (await interfaces.create(work.wanted));
  const attachmentId = work.attachmentId ?? (await interfaces.attach(id, work.wanted.deviceIndex));
  // First what keeps the interface from outliving its instance, then the rest.
  if (work.deleteOnTermination) await interfaces.deleteOnTermination(id, attachmentId);
  if (work.disableSourceDestCheck) await interfaces.disableSourceDestCheck(id);
}

function mayPass(error: unknown): boolean {
  return MAY_PASS.has(errorName(error));
}

function errorName(error: unknown): string {
  return error instanceof Error ? error.name : '';
}
