/** A network interface that is attached to the node in question, or was made for it. */
export interface NetworkInterface {
  readonly id: string;
  readonly subnetId: string;
  /** The device index that this hook made it for; undefined for an interface of somebody else. */
  readonly madeFor: number | undefined;
  readonly attachment: Attachment | undefined;
  readonly sourceDestCheck: boolean;
}

export interface Attachment {
  readonly id: string;
  readonly deviceIndex: number;
  readonly deleteOnTermination: boolean;
}

/** One interface that a node has to get. */
export interface WantedInterface {
  readonly deviceIndex: number;
  readonly subnetId: string;
  /** The part of the subnet that is kept for prefixes, if one is. */
  readonly prefixCidr?: string;
}

/** What is still to be done for one device; steps that are already done are absent. */
export interface DeviceWork {
  readonly wanted: WantedInterface;
  /** The interface to go on with, or undefined when one must be created. */
  readonly interfaceId: string | undefined;
  /** Its attachment, or undefined when it must be attached. */
  readonly attachmentId: string | undefined;
  readonly disableSourceDestCheck: boolean;
  readonly deleteOnTermination: boolean;
}

/** How to leave nothing behind when an instance goes. */
export interface ReleaseWork {
  readonly remove: readonly string[];
  readonly deleteOnTermination: readonly { interfaceId: string; attachmentId: string }[];
}

/**
 * Decides what is missing between the interfaces that exist and those that are wanted. Applied to a
 * world in which it has been carried out, in whole or in part, it asks only for the rest: so a
 * repeated event, or an attempt that follows a failed one, does no harm.
 * Throws when somebody else's interface sits at a wanted device index.
 */
export function planAttachments(
  existing: readonly NetworkInterface[],
  wanted: readonly WantedInterface[],
): readonly DeviceWork[] {
  return wanted.map((device) => planDevice(existing, device)).filter(isWork);
}

/**
 * Decides how the interfaces made for an instance disappear with it: an attached one is deleted by
 * EC2 at termination if it is told to, one that is not attached has to be deleted.
 */
export function planRelease(existing: readonly NetworkInterface[]): ReleaseWork {
  const made = existing.filter((candidate) => candidate.madeFor !== undefined);
  return {
    remove: made.filter((one) => one.attachment === undefined).map((one) => one.id),
    deleteOnTermination: made.flatMap(({ id, attachment }) =>
      attachment === undefined || attachment.deleteOnTermination
        ? []
        : [{ interfaceId: id, attachmentId: attachment.id }],
    ),
  };
}

function planDevice(existing: readonly NetworkInterface[], wanted: WantedInterface): DeviceWork {
  const found = attachedAt(existing, wanted.deviceIndex) ?? reusableFor(existing, wanted);
  if (found?.attachment !== undefined && found.madeFor !== wanted.deviceIndex) {
    throw new Error(`device ${wanted.deviceIndex} is taken by ${found.id}, which is not ours`);
  }
  return {
    wanted,
    interfaceId: found?.id,
    attachmentId: found?.attachment?.id,
    disableSourceDestCheck: found?.sourceDestCheck ?? true,
    deleteOnTermination: !(found?.attachment?.deleteOnTermination ?? false),
  };
}

function attachedAt(
  existing: readonly NetworkInterface[],
  deviceIndex: number,
): NetworkInterface | undefined {
  return existing.find((candidate) => candidate.attachment?.deviceIndex === deviceIndex);
}

function reusableFor(
  existing: readonly NetworkInterface[],
  { deviceIndex, subnetId }: WantedInterface,
): NetworkInterface | undefined {
  return existing.find(
    (candidate) =>
      candidate.attachment === undefined &&
      candidate.madeFor === deviceIndex &&
      candidate.subnetId === subnetId,
  );
}

function isWork(work: DeviceWork): boolean {
  return work.attachmentId === undefined || work.disableSourceDestCheck || work.deleteOnTermination;
}
