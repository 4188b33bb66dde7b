/** One ping to make: through which interface of the pod, to which address. */
export interface PingTarget {
  readonly interface: string;
  readonly address: string;
}

/** Three packets tell a lost one from no way at all; 0.2 s is the shortest interval that all pings take. */
const PING = 'ping -q -c 3 -i 0.2 -W 2';
const AT_ONCE = 32;
const SECONDS_A_BATCH = 5;

/**
 * The POSIX shell script that looks at one pod from inside, for `sh -c`. Its output is read by
 * `parseProbe`. Each ping is one background job with one line of output, written at once, so lines of
 * different jobs never mix; everything else is shell built-ins, as starting a program is what costs time
 * on a small node.
 */
export function probeScript(targets: readonly PingTarget[]): string {
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
    'set -f',
    `p() { o=$(${PING} -I "$1" "$2" 2>&1); echo "@ping $1 $2" $o; }`,
    ...batches(targets).flatMap((batch) => [...batch.map(job), 'wait']),
    'echo @end',
  ].join('\n');
}

/** How long the script may take, in milliseconds, on a node where starting each program takes long. */
export function probeTimeoutMs(targets: readonly PingTarget[]): number {
  return 20_000 + batches(targets).length * SECONDS_A_BATCH * 1000 + targets.length * 250;
}

function batches(targets: readonly PingTarget[]): PingTarget[][] {
  return Array.from({ length: Math.ceil(targets.length / AT_ONCE) }, (_, index) =>
    targets.slice(index * AT_ONCE, (index + 1) * AT_ONCE),
  );
}

function job(target: PingTarget): string {
  return `p ${quote(target.interface)} ${quote(target.address)} &`;
}

/** Names and addresses come from an annotation; nothing in them may become shell. */
function quote(text: string): string {
  return /^[\w.:@%-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
