/** One ping to make: through which interface of the pod, to which address. */
export interface PingTarget {
  readonly interface: string;
  readonly address: string;
  /** After an answer, also a packet of the interface's MTU. */
  readonly large?: boolean;
}

/** Three packets tell a lost one from no way at all. */
export const PACKETS = 3;
/** 0.2 s is the shortest interval that all pings take. */
const INTERVAL_S = 0.2;
const WAIT_S = 2;
const AT_ONCE = 32;

/** Headers of IP and ICMP. */
const HEADERS = { ipv4: 28, ipv6: 48 } as const;

/**
 * The POSIX shell script that looks at one pod from inside, for `sh -c`. Its output is read by
 * `parseProbe`. Each ping is one background job with one line of output, written at once, so lines of
 * different jobs never mix; everything else is shell built-ins, as starting a program is what costs time
 * on a small node.
 */
export function probeScript(targets: readonly PingTarget[], packets = PACKETS): string {
  const v6 = targets.some(({ address }) => address.includes(':'));
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
    pingScript(targets, packets),
  ].join('\n');
}

/** The ping of a pair, without the interface and the address that it needs yet. */
export function pingCommand(packets = PACKETS): string {
  return `ping -q -c ${packets} -i ${INTERVAL_S} -W ${WAIT_S}`;
}

/** Only the pings of the probe script, for another try. */
export function pingScript(targets: readonly PingTarget[], packets = PACKETS): string {
  return [
    'exec 2>&1',
    'set -f',
    `p() { o=$(${pingCommand(packets)} -I "$1" "$2" 2>&1); echo "@ping $1 $2" $o; }`,
    ...(targets.some(({ large }) => large) ? largePing(packets) : []),
    ...batches(targets).flatMap((batch) => [...batch.map(job), 'wait']),
    'echo @end',
  ].join('\n');
}

/** Prints how many packets an interface could not send so far: an ipvlan interface cannot when its master is down. */
export function dropsScript(device: string): string {
  return `read d <${quote(`/sys/class/net/${device}/statistics/tx_dropped`)} && echo "@dropped $d"`;
}

/**
 * Packets of the interface's MTU, which the kernel sends in one piece and marked so, until it learns that the path
 * takes less: the first may be what a router answers with its MTU, and is lost then. `ip route get` shows what the
 * kernel learned.
 */
function largePing(packets: number): readonly string[] {
  return [
    'l() { p "$1" "$2"',
    'case $o in *" 0 packets received"*|*" 0 received"*) return;; *received*) ;; *) return;; esac',
    'read m <"/sys/class/net/$1/mtu" || return',
    `case $2 in *:*) h=${HEADERS.ipv6};; *) h=${HEADERS.ipv4};; esac`,
    `o=$(${pingCommand(packets)} -s $((m - h)) -I "$1" "$2" 2>&1)`,
    `r=; case $o in *" ${packets} packets received"*|*" ${packets} received"*) ;; *) r=$(ip route get "$2" oif "$1" 2>&1);; esac`,
    'echo "@large $1 $2 $m" $o "@route" $r; }',
  ];
}

/** How long the script may take, in milliseconds, on a node where starting each program takes long. */
export function probeTimeoutMs(targets: readonly PingTarget[], packets = PACKETS): number {
  const pingSeconds = packets * INTERVAL_S + WAIT_S;
  const batchSeconds = pingSeconds * (targets.some(({ large }) => large) ? 2 : 1) + 5;
  return 20_000 + batches(targets).length * batchSeconds * 1000 + targets.length * 500;
}

function batches(targets: readonly PingTarget[]): PingTarget[][] {
  return Array.from({ length: Math.ceil(targets.length / AT_ONCE) }, (_, index) =>
    targets.slice(index * AT_ONCE, (index + 1) * AT_ONCE),
  );
}

function job(target: PingTarget): string {
  const name = target.large === true ? 'l' : 'p';
  return `${name} ${quote(target.interface)} ${quote(target.address)} &`;
}

/** Names and addresses come from an annotation; nothing in them may become shell. */
function quote(text: string): string {
  return /^[\w.:@%/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
