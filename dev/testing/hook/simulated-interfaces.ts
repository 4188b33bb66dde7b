import type { Interfaces } from '../../../cfn/attach-enis/interfaces.ts';
import type { NetworkInterface, WantedInterface } from '../../../cfn/attach-enis/plan.ts';

/** EC2's network interfaces of one instance, in memory. */
export interface SimulatedInterfaces extends Interfaces {
  readonly state: () => readonly NetworkInterface[];
  readonly calls: readonly string[];
}

/**
 * Keeps interfaces as EC2 does, as far as the hook can tell: creating is idempotent per device, a
 * device index holds one interface, and an attached interface cannot be removed. `fail` runs before each call that
 * changes something, with its number and name, and may throw.
 */
export function simulateInterfaces(
  initial: readonly NetworkInterface[] = [],
  fail: (call: number, name: string) => void = () => {},
): SimulatedInterfaces {
  const all = new Map(initial.map((one) => [one.id, one]));
  const calls: string[] = [];
  const begin = (name: string): void => {
    calls.push(name);
    fail(calls.length, name);
  };
  const change = (id: string, fields: Partial<NetworkInterface>): void => {
    all.set(id, { ...found(all, id), ...fields });
  };
  return {
    calls,
    state: () => [...all.values()],
    list: async () => [...all.values()],
    async create(wanted) {
      begin(`create ${wanted.deviceIndex}`);
      const id = `eni-made-${wanted.deviceIndex}`;
      if (!all.has(id)) all.set(id, fresh(id, wanted));
      return id;
    },
    async attach(id, deviceIndex) {
      begin(`attach ${deviceIndex}`);
      const taken = [...all.values()].some((one) => one.attachment?.deviceIndex === deviceIndex);
      if (taken) throw awsError('InvalidParameterValue', `device ${deviceIndex} is taken`);
      const attachment = { id: `attach-${id}`, deviceIndex, deleteOnTermination: false };
      change(id, { attachment });
      return attachment.id;
    },
    async assignIpv6Prefix(id) {
      begin(`assign IPv6 prefix ${id}`);
      change(id, { hasIpv6Prefix: true });
    },
    async disableSourceDestCheck(id) {
      begin(`disable check ${id}`);
      change(id, { sourceDestCheck: false });
    },
    async deleteOnTermination(id) {
      begin(`delete on termination ${id}`);
      const { attachment } = found(all, id);
      if (attachment === undefined) throw awsError('InvalidAttachmentID.NotFound', id);
      change(id, { attachment: { ...attachment, deleteOnTermination: true } });
    },
    async remove(id) {
      begin(`remove ${id}`);
      if (found(all, id).attachment !== undefined)
        throw awsError('InvalidNetworkInterface.InUse', id);
      all.delete(id);
    },
  };
}

/** An error as the AWS SDK throws it: the code is the name. */
export function awsError(name: string, message = name): Error {
  return Object.assign(new Error(message), { name });
}

function fresh(
  id: string,
  { subnetId, deviceIndex, ipv6Prefix = false }: WantedInterface,
): NetworkInterface {
  return {
    id,
    subnetId,
    madeFor: deviceIndex,
    attachment: undefined,
    sourceDestCheck: true,
    hasIpv6Prefix: ipv6Prefix,
  };
}

function found(all: ReadonlyMap<string, NetworkInterface>, id: string): NetworkInterface {
  const one = all.get(id);
  if (one === undefined) throw awsError('InvalidNetworkInterfaceID.NotFound', id);
  return one;
}
