import type { Interfaces } from './interfaces.ts';
import { type DeviceWork, planAttachments, planRelease, type WantedInterface } from './plan.ts';

/** How often to try again after a temporary error of EC2, and how to wait in between. */
export interface Patience {
  readonly attempts: number;
  readonly pause: () => Promise<void>;
}

/**
 * Temporary errors: the instance is not running yet, EC2 does not yet know an interface that it has just created,
 * another delivery of the same event was faster, or IAM has not yet spread the policy of the function's new role.
 */
const MAY_PASS: ReadonlySet<string> = new Set([
  'IncorrectInstanceState',
  'IncorrectState',
  'InvalidAttachmentID.NotFound',
  // Some calls answer this for a pending instance: https://github.com/hashicorp/terraform-provider-aws/pull/3072
  'InvalidInstanceID',
  'InvalidInstanceID.NotFound',
  'InvalidNetworkInterface.InUse',
  'InvalidNetworkInterfaceID.NotFound',
  'InvalidParameterValue',
  'UnauthorizedOperation',
]);

/**
 * A subnet that has no free block of sixteen addresses. EC2 gives it the code of an occupied device index:
 * https://github.com/aws/amazon-vpc-cni-k8s/issues/3105
 */
const FULL_SUBNET = /sufficient free ipv4 addresses or prefixes/i;

/**
 * Gives an instance its wanted interfaces: carries out the missing steps until none is missing. Throws EC2's error when
 * it is not temporary, or when the last attempt fails. Interfaces created by then stay; `release` removes them.
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

/** Makes sure that no interface outlives its instance. Safe to repeat. */
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
  // First the step that keeps the interface from outliving its instance, then the rest.
  if (work.deleteOnTermination) await interfaces.deleteOnTermination(id, attachmentId);
  if (work.assignIpv6Prefix) await interfaces.assignIpv6Prefix(id);
  if (work.disableSourceDestCheck) await interfaces.disableSourceDestCheck(id);
}

function mayPass(error: unknown): boolean {
  return MAY_PASS.has(errorName(error)) && !FULL_SUBNET.test(String(error));
}

function errorName(error: unknown): string {
  return error instanceof Error ? error.name : '';
}
