import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../../tools/process.ts';
import { nthAddress } from '../addresses.ts';
import type { NetworkInterface, Subnet } from '../ec2-state.ts';
import { tapOf, VPC_MTU } from '../plan.ts';

/** A network namespace behind the tap of one interface. It stands in for a machine. */
export interface NamespaceMachine {
  /** Whether an address answers pings, the first ones or later ones. `from` is an address of the namespace. */
  reaches(address: string, from?: string): Promise<boolean>;
  /** The same with packets of the largest size of a VPC. */
  reachesWithLargest(address: string): Promise<boolean>;
  /** The routes of IPv6, as `ip` shows them. */
  ipv6Routes(): Promise<string>;
  /** Whether two pings get no answer. */
  isCutOffFrom(address: string, from?: string): Promise<boolean>;
  /** Whether the VPC delivers a TCP connection to the machine. The machine itself may refuse it. */
  connects(address: string, port: number): Promise<boolean>;
  /** Whether an attempt to connect gets no answer. */
  cannotConnect(address: string, port: number): Promise<boolean>;
  /** Whether more than this many pings have arrived, from any source. */
  hearsMoreThan(echoRequests: number): Promise<boolean>;
  /** How many pings have arrived, from any source. */
  echoRequests(): Promise<number>;
  stop(): void;
}

/**
 * Gives the interface's MAC and all `addresses`, of both families, to a device in its own namespace, with the subnet's
 * routers as default routes. Must run in the namespace of the VPC, after the interface's tap exists.
 *
 * @param ipv6Router what IPv6 packets go to, or `advertised` for what the VPC advertises
 */
export async function startMachine(
  eni: NetworkInterface,
  subnet: Subnet,
  addresses: readonly string[],
  ipv6Router = 'fe80:ec2::1',
): Promise<NamespaceMachine> {
  const device = `m${tapOf(eni.id)}`.slice(0, 15);
  const namespace = spawn('unshare', ['--net', 'sleep', 'infinity']);
  await once(namespace, 'spawn');
  const pid = String(namespace.pid);
  const frames = spawn('python3', [
    join(import.meta.dirname, 'join-taps.py'),
    tapOf(eni.id),
    device,
  ]);
  await once(frames.stdout, 'data');
  const inside = (...command: readonly string[]) =>
    run('nsenter', ['--target', pid, '--net', ...command]);
  await untilApart(pid);
  await run('ip', ['link', 'set', device, 'netns', pid]);
  const length = subnet.cidr.split('/')[1] ?? '24';
  const lines = [
    'link set lo up',
    `link set ${device} address ${eni.mac} mtu ${VPC_MTU} up`,
    ...addresses.map((address) =>
      address.includes(':')
        ? `address add ${address}/64 dev ${device} nodad`
        : `address add ${address}/${length} dev ${device}`,
    ),
    `route add default via ${nthAddress(subnet.cidr, 1)}`,
    ...(subnet.ipv6Cidr === undefined || ipv6Router === 'advertised'
      ? []
      : [`route add ::/0 via ${ipv6Router} dev ${device}`]),
  ];
  await run('nsenter', ['--target', pid, '--net', 'ip', '-batch', '-'], {
    input: lines.join('\n'),
  });
  const succeeds = (work: Promise<string>) =>
    work.then(
      () => true,
      () => false,
    );
  const ping = (address: string, from = sourceFor(address), size = 56) =>
    succeeds(
      inside('busybox', 'ping', '-c', '2', '-W', '1', '-s', String(size), '-I', from, address),
    );
  const sourceFor = (address: string) =>
    addresses.find((own) => own.includes(':') === address.includes(':')) ?? '';
  const connect = (address: string, port: number) =>
    inside('bash', '-c', `timeout 1 bash -c '</dev/tcp/${address}/${port}'`).then(
      () => true,
      (error: Error) => error.message.includes('refused'),
    );
  const echoRequests = async () => {
    const lines = (await inside('cat', '/proc/net/snmp')).split('\n');
    const [names = '', values = ''] = lines.filter((line) => line.startsWith('Icmp: '));
    return Number(values.split(' ')[names.split(' ').indexOf('InEchos')]);
  };
  return {
    reaches: (address, from) => eventually(() => ping(address, from)),
    reachesWithLargest: (address) => {
      // The headers of IPv6 and ICMPv6 have 48 bytes.
      const size = VPC_MTU - 48;
      return eventually(() => ping(address, sourceFor(address), size));
    },
    ipv6Routes: () => inside('ip', '-6', 'route'),
    isCutOffFrom: async (address, from) => !(await ping(address, from)),
    connects: (address, port) => eventually(() => connect(address, port)),
    cannotConnect: async (address, port) => !(await connect(address, port)),
    hearsMoreThan: (count) => eventually(async () => (await echoRequests()) > count),
    echoRequests,
    stop() {
      for (const child of [frames, namespace]) child.kill('SIGKILL');
    },
  };
}

/** Delivery may be late: a busy machine forwards no frame meanwhile. */
const PATIENCE_MS = 30_000;

async function eventually(holds: () => Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return true;
}

/** Resolves when a process has left this one's network namespace. */
async function untilApart(pid: string): Promise<void> {
  const own = await readlink('/proc/self/ns/net');
  while ((await readlink(`/proc/${pid}/ns/net`)) === own) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
