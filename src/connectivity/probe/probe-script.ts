import { isIpv6 } from '../../core/ip.ts';
import { echoCounterScript } from './echo-counters.ts';
import {
  type ExchangePlan,
  exchangeDurationMs,
  exchangeScript,
  NO_EXCHANGES,
} from './exchange-script.ts';
import { HEADERS } from './packet-headers.ts';
import { quote } from './shell-words.ts';

/** One ping to make: through which interface of the pod, to which address. */
export interface PingTarget {
  readonly interface: string;
  readonly address: string;
  /** After an answer, also a packet of the interface's MTU. */
  readonly large?: boolean;
  /** An earlier ping got answers, but not to each of its packets. */
  readonly lossy?: boolean;
}

/** How many packets a ping sends, and how long it waits for answers to the last one. */
export interface PingEffort {
  readonly packets: number;
  readonly waitSeconds: number;
}

/** Three packets distinguish one lost packet from a path that does not work. */
export const FIRST_PINGS: PingEffort = { packets: 3, waitSeconds: 2 };
/** 0.2 s is the shortest interval that every ping program accepts. */
const INTERVAL_S = 0.2;
/** Pings that run at the same time in one pod. */
const PINGS_AT_ONCE = 32;
/**
 * Lossy pings run one by one, or in so many batches when they are more. Each raw socket receives the answers to all pings of its
 * pod, and BusyBox gives it room for 7 KiB only (networking/ping.c). On a busy node the answers of others push out its own, which
 * looks as if the path had lost them. `/proc/net/raw` counts them as drops.
 */
const LOSSY_BATCHES = 12;

/**
 * The POSIX shell script that probes one pod from inside, for `sh -c`. `parseProbe` reads its output. Each ping is a
 * background job that writes one line at once, so lines of different jobs never mix. Everything else is shell
 * built-ins, because starting a program takes long on a small node.
 */
export function probeScript(
  targets: readonly PingTarget[],
  more: ExchangePlan = NO_EXCHANGES,
): string {
  const v6 = targets.some(({ address }) => isIpv6(address));
  const echoes = echoCounterScript(v6);
  return [
    'exec 2>&1',
    'echo @addresses',
    'ip -o addr 2>/dev/null || ip addr',
    'echo @routes',
    'ip route',
    ...(v6 ? ['echo @routes6', 'ip -6 route'] : []),
    'echo @mtu',
    'for i in /sys/class/net/*; do [ -e "$i/mtu" ] && read m <"$i/mtu" && echo "${i##*/} $m"; done',
    'echo @state',
    'for i in /sys/class/net/*; do [ -e "$i/operstate" ] && read s <"$i/operstate" && echo "${i##*/} $s"; done',
    'echo @clock',
    'date +%s',
    'echo @rules',
    'ip rule 2>/dev/null; ip -6 rule 2>/dev/null',
    'echo @mac',
    'for i in /sys/class/net/*; do [ -e "$i/address" ] && read a <"$i/address" && echo "${i##*/} $a"; done',
    'echo @settings',
    // The shell reads byte by byte, and such a file gives no more than its first one: enough for a setting of one digit.
    'for i in /proc/sys/net/ipv4/conf/*; do for k in rp_filter proxy_arp; do [ -e "$i/$k" ] && { read v <"$i/$k"; echo "${i##*/}.$k $v"; }; done; done',
    ...echoes.before,
    ...pingLines(targets, FIRST_PINGS),
    'echo @errors',
    'for i in /sys/class/net/*; do for k in rx_errors tx_errors; do [ -e "$i/statistics/$k" ] && read v <"$i/statistics/$k" && echo "${i##*/}.$k $v"; done; done',
    'echo @neighbours',
    'ip neigh 2>/dev/null',
    ...exchangeScript(more),
    ...echoes.after,
    'echo @end',
  ].join('\n');
}

/** The ping command of a pair. The interface (`-I`) and the address are still to be added. */
export function pingCommand({ packets, waitSeconds }: PingEffort = FIRST_PINGS): string {
  return `ping -q -c ${packets} -i ${INTERVAL_S} -W ${waitSeconds}`;
}

/** Only the pings and exchanges of the probe script. `parsePings` and `parseExchanges` read its output. */
export function pingScript(
  targets: readonly PingTarget[],
  effort: PingEffort,
  more: ExchangePlan = NO_EXCHANGES,
): string {
  const lines = [...pingLines(targets, effort), ...exchangeScript(more)];
  return ['exec 2>&1', ...lines, 'echo @end'].join('\n');
}

function pingLines(targets: readonly PingTarget[], effort: PingEffort): readonly string[] {
  return [
    'set -f',
    `p() { read s _ </proc/uptime; o=$(${pingCommand(effort)} -I "$1" "$2" 2>&1); read e _ </proc/uptime; echo "@ping $1 $2" $o "@took $s $e"; }`,
    ...(targets.some(({ large }) => large) ? largePing(effort) : []),
    ...batches(targets).flatMap((batch) => [...batch.map(job), 'wait']),
    'set +f',
  ];
}

/** Prints how many packets an interface has dropped on sending. An ipvlan interface drops all when its master is down. */
export function dropCountScript(device: string): string {
  return `read d <${quote(`/sys/class/net/${device}/statistics/tx_dropped`)} && echo "@dropped $d"`;
}

/**
 * Packets of the interface's MTU. The kernel sends them unfragmented, with Don't Fragment set, until it learns that the
 * path takes less. A router that answers with its MTU drops the packet, so the first one may be lost. `ip route get`
 * shows what the kernel learned.
 */
function largePing(effort: PingEffort): readonly string[] {
  const { packets } = effort;
  return [
    'l() { p "$1" "$2"',
    'case $o in *" 0 packets received"*|*" 0 received"*) return;; *received*) ;; *) return;; esac',
    'read m <"/sys/class/net/$1/mtu" || return',
    `case $2 in *:*) h=${HEADERS.ipv6};; *) h=${HEADERS.ipv4};; esac`,
    `o=$(${pingCommand(effort)} -s $((m - h)) -I "$1" "$2" 2>&1)`,
    `r=; case $o in *" ${packets} packets received"*|*" ${packets} received"*) ;; *) r=$(ip route get "$2" oif "$1" 2>&1);; esac`,
    'echo "@large $1 $2 $m" $o "@route" $r; }',
  ];
}

/** How long a script with these pings takes at most, in milliseconds, on a node where each program starts slowly. */
export function scriptDurationMs(
  targets: readonly PingTarget[],
  effort = FIRST_PINGS,
  more: ExchangePlan = NO_EXCHANGES,
): number {
  const pingSeconds = effort.packets * INTERVAL_S + effort.waitSeconds;
  const batchSeconds = pingSeconds * (targets.some(({ large }) => large) ? 2 : 1) + 5;
  const pings = batches(targets).length * batchSeconds * 1000 + targets.length * 500;
  return 20_000 + pings + exchangeDurationMs(more);
}

/** The pings that run at the same time, batch by batch. */
function batches(targets: readonly PingTarget[]): PingTarget[][] {
  const lossy = targets.filter((target) => target.lossy === true);
  const others = targets.filter((target) => target.lossy !== true);
  const fewAtOnce = Math.min(PINGS_AT_ONCE, Math.ceil(lossy.length / LOSSY_BATCHES));
  return [...inBatches(others, PINGS_AT_ONCE), ...inBatches(lossy, fewAtOnce)];
}

function inBatches(targets: readonly PingTarget[], size: number): PingTarget[][] {
  if (targets.length === 0) return [];
  return Array.from({ length: Math.ceil(targets.length / size) }, (_, index) =>
    targets.slice(index * size, (index + 1) * size),
  );
}

function job(target: PingTarget): string {
  const name = target.large === true ? 'l' : 'p';
  return `${name} ${quote(target.interface)} ${quote(target.address)} &`;
}
