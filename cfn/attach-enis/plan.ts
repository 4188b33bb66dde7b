/** A network interface that is attached to this node, or was created for it. */
export interface NetworkInterface {
  readonly id: string;
  readonly subnetId: string;
  /** The device index that this hook created it for; undefined if somebody else created it. */
  readonly madeFor: number | undefined;
  readonly attachment: Attachment | undefined;
  readonly sourceDestCheck: boolean;
  readonly hasIpv6Prefix: boolean;
}

export interface Attachment {
  readonly id: string;
  readonly deviceIndex: number;
  readonly deleteOnTermination: boolean;
}

/** One interface that a node needs. */
export interface WantedInterface {
  readonly deviceIndex: number;
  readonly subnetId: string;
  /** The part of the subnet that is reserved for prefixes, if any. */
  readonly prefixCidr?: string;
  /**
   * Whether EC2 checks that the interface sends and receives with its own addresses only. Addresses of its prefixes
   * are its own. Pods without prefixes have addresses that are not.
   */
  readonly sourceDestCheck: boolean;
  /** Whether it has an IPv6 prefix (/80) for pods. */
  readonly ipv6Prefix?: boolean;
}

/** The steps that are still missing for one device. */
export interface DeviceWork {
  readonly wanted: WantedInterface;
  /** The interface to continue with, or undefined when one must be created. */
  readonly interfaceId: string | undefined;
  /** Its attachment, or undefined when it must be attached. */
  readonly attachmentId: string | undefined;
  /** Only for an interface that exists: a new one is created with its prefix. */
  readonly assignIpv6Prefix: boolean;
  readonly disableSourceDestCheck: boolean;
  readonly deleteOnTermination: boolean;
}

/** How to remove everything that was created for an instance. */
export interface ReleaseWork {
  readonly remove: readonly string[];
  readonly deleteOnTermination: readonly { interfaceId: string; attachmentId: string }[];
}

/**
 * Compares the existing interfaces with the wanted ones and returns the missing steps. After some or all of the steps
 * are done, it returns only the rest. So a repeated event, or another attempt after a failure, does no harm.
 * Throws when somebody else's interface has a wanted device index.
 */
export function planAttachments(
  existing: readonly NetworkInterface[],
  wanted: readonly WantedInterface[],
): readonly DeviceWork[] {
  return wanted.map((device) => planDevice(existing, device)).filter(isWork);
}

/**
 * Decides how to remove the interfaces that were created for an instance. EC2 deletes an attached one at termination
 * if its attachment says so; one that is not attached must be deleted.
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
    assignIpv6Prefix: wanted.ipv6Prefix === true && found?.hasIpv6Prefix === false,
    disableSourceDestCheck: !wanted.sourceDestCheck && (found?.sourceDestCheck ?? true),
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
  return (
    work.attachmentId === undefined ||
    work.assignIpv6Prefix ||
    work.disableSourceDestCheck ||
    work.deleteOnTermination
  );
}
