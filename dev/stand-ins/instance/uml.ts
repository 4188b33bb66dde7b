import { nthAddress } from '../vpc/addresses.ts';
import type { NetworkInterface, Subnet } from '../vpc/ec2-state.ts';
import { tapOf, VPC_MTU } from '../vpc/plan.ts';

export interface MachineFiles {
  /** The AMI: an ext4 image that all machines read and no machine writes. */
  readonly image: string;
  /** This machine's copy-on-write disk. The first boot creates it. */
  readonly disk: string;
  /** A host folder that the machine sees as /var/log/rehearsal. */
  readonly logWindow: string;
  /** Where user-mode-linux keeps its process files. */
  readonly umlDir: string;
}

export interface MachineSpec {
  readonly instanceId: string;
  readonly memoryMiB: number;
  /** In device order. */
  readonly interfaces: readonly NetworkInterface[];
  readonly primarySubnet: Subnet;
  readonly files: MachineFiles;
}

/**
 * The command line of a user-mode-linux machine. Its processes run under seccomp where the kernel and the host can do
 * that, and the console says so. Words that the kernel does not know still appear in
 * /proc/cmdline: the lease of the primary interface (there is no DHCP server) and the log window.
 */
export function umlArguments(spec: MachineSpec): string[] {
  const { files, interfaces, primarySubnet } = spec;
  const address = interfaces[0]?.addresses[0] ?? '';
  const length = primarySubnet.cidr.split('/')[1] ?? '24';
  return [
    `mem=${spec.memoryMiB}M`,
    `umid=${spec.instanceId}`,
    `uml_dir=${files.umlDir}`,
    `ubd0=${files.disk},${files.image}`,
    'root=/dev/ubda',
    'rw',
    'seccomp=auto',
    'loglevel=4',
    'init=/usr/lib/rehearsal/init',
    'con=null',
    'con0=null,fd:1',
    `rehearsal.lease=${address}/${length},${nthAddress(primarySubnet.cidr, 1)}`,
    `rehearsal.logs=${files.logWindow}`,
    ...interfaces.map(
      (eni, device) =>
        `vec${device}:transport=tap,ifname=${tapOf(eni.id)},depth=64,gro=0,mtu=${VPC_MTU},mac=${eni.mac}`,
    ),
  ];
}
