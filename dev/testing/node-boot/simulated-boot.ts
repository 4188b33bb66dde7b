import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { bootScript } from './user-data.ts';

/**
 * Runs the boot script in a network, mount and process namespace of its own, on links with
 * the MAC addresses that a simulated IMDS reports. Leaves out the rest of the boot. Needs root.
 */
export const LINKS = {
  ens5: '02:00:00:00:00:00',
  ens6: '02:00:00:00:00:01',
  ens7: '02:00:00:00:00:02',
};
const macs = (mac: string, fields: Readonly<Record<string, unknown>>) =>
  Object.entries(fields).map(([name, value]) => [`network/interfaces/macs/${mac}/${name}`, value]);
export const METADATA = {
  mac: LINKS.ens5,
  'instance-id': 'i-1',
  'network/interfaces/macs/': Object.values(LINKS).join('/\n').concat('/'),
  ...Object.fromEntries([
    ...macs(LINKS.ens5, {
      'device-number': '0',
      'vpc-ipv4-cidr-blocks': '10.0.0.0/16\n100.64.0.0/16',
    }),
    ...macs(LINKS.ens6, {
      'device-number': '1',
      'local-ipv4s': '10.0.4.21\n10.0.4.22',
      'subnet-ipv4-cidr-block': '10.0.4.0/24',
      'ipv4-prefix': '10.0.4.128/28',
    }),
    ...macs(LINKS.ens7, {
      'device-number': '2',
      'local-ipv4s': '10.0.6.21',
      'subnet-ipv4-cidr-block': '10.0.6.0/23',
      'ipv4-prefix': '10.0.6.240/28\n10.0.7.16/28',
    }),
  ]),
};
/** The range of network 1 in another zone, where nodes have IPv6. */
export const IPV6_ELSEWHERE = '2600:1f13:1:a01::/64';
const IMDS = join(import.meta.dirname, 'simulated-imds.ts');
const SUBNETS = ['subnet-1', 'subnet-2'];

export interface Boot {
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly links?: Readonly<Record<string, string>>;
  readonly prefixes?: number;
  readonly times?: number;
  /** Seconds that the script waits for interfaces, instead of minutes. */
  readonly patience?: number;
  /** Whether systemd-networkd seems to manage the machine's network. */
  readonly networkd?: boolean;
  readonly podsWaitForMultus?: boolean;
  readonly capacity?: string;
  readonly ipFamily?: string;
  /** Programs that fail on this machine. */
  readonly without?: readonly string[];
  /** What an AMI of the user's own has beside the programs of this machine; undefined for an AMI of EKS. */
  readonly ownImage?: { readonly programs: readonly string[]; readonly modules: readonly string[] };
}

export interface Booted {
  readonly status: number | null;
  readonly output: string;
  /** A file below the folder: those of the machine, and `addresses`, `routes`, `rp-filter`. */
  readonly text: (name: string) => string;
  readonly json: (name: string) => unknown;
}

/** Boots a machine that has its files in a folder, and waits until the script has ended. */
export function bootIn(folder: string, options: Boot): Booted {
  writeScript(folder, options);
  writeFileSync(join(folder, 'world'), world(folder, options));
  const args = ['--net', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child'];
  const env = { ...process.env, PATH: `${folder}/bin:${process.env['PATH']}` };
  const run = spawnSync('unshare', [...args, 'bash', join(folder, 'world')], {
    encoding: 'utf8',
    env,
  });
  const text = (name: string) => readFileSync(join(folder, name), 'utf8');
  return {
    status: run.status,
    output: run.stdout + run.stderr,
    text,
    json: (name: string) => JSON.parse(text(name)),
  };
}

/** Writes the script with other folders, so that it does not touch this machine's own files or systemd. */
function writeScript(
  folder: string,
  {
    prefixes = 1,
    networkd = false,
    patience = 60,
    podsWaitForMultus = true,
    capacity = 'on-demand',
    ipFamily = 'ipv4',
    without = [],
    ownImage,
  }: Boot,
): void {
  const otherZoneCidrs = `10.0.5.0/24 10.0.8.0/24${ipFamily === 'ipv4' ? '' : ` ${IPV6_ELSEWHERE}`}`;
  const own = ownImage !== undefined;
  const given = { otherZoneCidrs, podsWaitForMultus, capacity, ipFamily, ownImage: own };
  const script = bootScript(SUBNETS, prefixes, given)
    .replace('patience=300', `patience=${patience}`)
    .replaceAll(/\/(etc|var|opt)\/|\/(run)\/(?=multus)/g, `${folder}/$1$2/`)
    .replace('PATH=/usr/sbin:', `PATH=${folder}/bin:/usr/sbin:`);
  writeFileSync(join(folder, 'script'), script);
  mkdirSync(join(folder, 'var/lib/cloud/scripts/per-boot'), { recursive: true });
  mkdirSync(join(folder, 'run'), { recursive: true });
  mkdirSync(join(folder, 'bin'), { recursive: true });
  const program = (name: string, text: string) =>
    writeFileSync(join(folder, 'bin', name), `#!/bin/bash\n${text}\n`, { mode: 0o755 });
  program('systemctl', `exit ${networkd ? 0 : 3}`);
  for (const name of ownImage?.programs ?? []) program(name, 'exit 0');
  program('modprobe', `[[ " ${ownImage?.modules.join(' ')} " == *" \${!#} "* ]]`);
  program('systemd-run', `echo "$@" >>${folder}/systemd-run`);
  program('networkctl', `echo "$@" >>${folder}/networkctl`);
  program('udevadm', `echo "$@" >>${folder}/udevadm`);
  program('iptables', `echo "$@" >>${folder}/iptables; [[ $* != *-C* ]]`);
  for (const name of without) program(name, 'exit 1');
}

function world(folder: string, { metadata = METADATA, links = LINKS, times = 1 }: Boot): string {
  return [
    'set -e; mount -t sysfs none /sys',
    'ip link set lo up; ip address add 169.254.169.254/32 dev lo',
    ...Object.entries(links).map(
      ([name, mac], index) =>
        `ip link add ${name} address ${mac} type veth peer name vpc${index}
        ip link set vpc${index} mtu 9001 up; ip link set ${name} up`,
    ),
    `ip link set ${Object.keys(links)[0]} mtu 9001`,
    `coproc ${process.execPath} ${IMDS} '${JSON.stringify(metadata)}'; read -r <&"\${COPROC[0]}"`,
    `code=0; for i in $(seq ${times}); do bash ${folder}/script || code=$?; done`,
    `ip -json address >${folder}/addresses; ip -json route >${folder}/routes`,
    `ip -json rule >${folder}/rules-of-routes; ip -json route show table 20001 >${folder}/eth1-routes || true`,
    `ip -json route show table 30001 >${folder}/eth1-routes-of-pods || true`,
    `cat /proc/sys/net/ipv4/conf/{all,eth1,eth2}/rp_filter >${folder}/rp-filter || true`,
    `cat /proc/sys/net/ipv6/conf/eth{1,2}/disable_ipv6 >${folder}/disable-ipv6 || true`,
    `nft list ruleset >${folder}/rules`,
    'kill "$COPROC_PID"; exit $code',
  ].join('\n');
}

const linksSchema = z.array(
  z.object({
    ifname: z.string(),
    mtu: z.number(),
    address: z.string(),
    flags: z.array(z.string()),
    addr_info: z.array(z.object({ family: z.string(), local: z.string(), prefixlen: z.number() })),
  }),
);

/** The machine's own links with their IPv4 addresses, by name. */
export function addressesOf(booted: Booted) {
  return linksSchema
    .parse(booted.json('addresses'))
    .filter(({ ifname }) => ifname.startsWith('e'))
    .sort((a, b) => a.ifname.localeCompare(b.ifname))
    .map((link) => ({
      name: link.ifname,
      mac: link.address,
      up: link.flags.includes('UP'),
      mtu: link.mtu,
      addresses: link.addr_info
        .filter(({ family }) => family === 'inet')
        .map(({ local, prefixlen }) => `${local}/${prefixlen}`),
    }));
}
