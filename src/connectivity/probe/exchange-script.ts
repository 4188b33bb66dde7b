import { SERVICE_PORTS, type Transport } from '../protocol.ts';
import { HEADERS } from './packet-headers.ts';
import { FIND_AGNHOST } from './service-script.ts';
import { quote } from './shell-words.ts';

/** One exchange to try: a request over a protocol with ports, and its answer. The pod's routes choose the interface. */
export interface ExchangeTarget {
  readonly protocol: Transport;
  readonly address: string;
  readonly port: number;
  /** The interface whose MTU a request fills. Without it there is no such request. */
  readonly fill?: string;
  /** A service of another test pod; else the end of a connection that a user named, where TCP must connect and no more. */
  readonly ofPod: boolean;
  readonly tries: number;
}

/** A measurement that takes a network's capacity for a moment. */
export interface SampleTarget {
  readonly interface: string;
  readonly address: string;
}

/** What else a pod does in its one exec, after the pings. */
export interface ExchangePlan {
  /** The pod's own services that must run before anybody asks them. */
  readonly services: readonly Transport[];
  readonly exchanges: readonly ExchangeTarget[];
  readonly samples: readonly SampleTarget[];
}

export const NO_EXCHANGES: ExchangePlan = { services: [], exchanges: [], samples: [] };

/** A try waits this long for an answer. */
const WAIT_S = 3;
/** A lost packet is not a fault of the protocol. */
export const TRIES = 3;
/** Each program of agnhost takes some 30 MB while it runs. On a small node, more at once take longer than one after another. */
const EXCHANGES_AT_ONCE = 2;
/** The services of a pod start with it, and may take longer than the pod on a small node. */
const SERVICE_TRIES = 8;

/** What a sample costs at most: 20 pings, and this many bytes of TCP in this time. */
export const SAMPLE = { pings: 20, bytes: 32 * 1024 * 1024, seconds: 8 } as const;

/**
 * The part of the probe script that asks services of other pods and given targets, and takes samples. `parseExchanges` and
 * `parseSamples` read its output. Each job writes one line at once.
 *
 * `wget` is BusyBox's: agnhost's own TCP client does not read what it gets.
 */
export function exchangeScript(plan: ExchangePlan): readonly string[] {
  const { services, exchanges, samples } = plan;
  if (services.length + exchanges.length + samples.length === 0) return [];
  return [
    'set -f',
    FIND_AGNHOST,
    'echo "@tools ${A:-none} $(command -v iperf || echo none)"',
    ...(services.length + exchanges.length > 0 ? ['if [ -n "$A" ]; then', ...FUNCTIONS] : []),
    ...services.map((one) => `x ${one} 127.0.0.1 ${SERVICE_PORTS[one]} service ${SERVICE_TRIES}`),
    ...batches(exchanges).flatMap((batch) => [...batch.map(job), 'wait']),
    ...(services.length + exchanges.length > 0 ? ['fi'] : []),
    ...(samples.length > 0 ? SAMPLING : []),
    ...samples.map((one) => `s ${quote(one.interface)} ${quote(one.address)}`),
  ];
}

const FUNCTIONS = [
  // Each program of agnhost lives for one request. Without threads and garbage collection it starts a quarter faster.
  'export GOMAXPROCS=1 GOGC=off',
  'c() { case $1 in',
  // The option -T of wget ends some builds of BusyBox with a fault of memory.
  `http) timeout ${WAIT_S} wget -q -O - \${5:+--header "$5"} "http://$2:$3/" </dev/null; w=$?`,
  'case $w in 124|143) echo TIMEOUT;; esac; return $w;;',
  `tcp) "$A" connect --protocol=tcp --timeout=${WAIT_S}s "$2:$3" && echo connected;;`,
  `*) "$A" connect "--protocol=$1" --timeout=${WAIT_S}s "--$1-data=$4" "$2:$3" && echo answered;;`,
  'esac; }',
  // The protocol, the address, the port, what the line is about, the tries, and the interface to fill.
  'x() { case $2 in *:*) h="[$2]";; *) h=$2;; esac',
  'k=$1; [ "$1 $4" = "tcp target" ] || [ "$1" != tcp ] || k=http',
  'n=0; r=1; l=; m=; read s _ </proc/uptime',
  // A request that fills packets comes first: its answer says that small ones pass, too, and starting a program takes long.
  'if [ -n "$6" ] && read m <"/sys/class/net/$6/mtu"; then',
  // Headers of IP and UDP, `echo ` and a line end.
  `case $2 in *:*) u=${HEADERS.ipv6 + 6};; *) u=${HEADERS.ipv4 + 6};; esac`,
  "p=$(head -c $((m-u)) /dev/zero | tr '\\000' x)",
  'o=$(c $k "$h" "$3" "echo $p" "X-Fill: $p" 2>&1); r=$?; n=1',
  'if [ $r = 0 ]; then l="@large $m 0"; [ $k = http ] || o=answered; elif [ $n -lt $5 ]; then sleep 1; fi; fi',
  'while [ $r != 0 ] && [ $n -lt $5 ]; do n=$((n+1)); o=$(c $k "$h" "$3" hostname 2>&1); r=$?; [ $r = 0 ] && break; case $o in *"not supported"*) break;; esac; [ $n -lt $5 ] && sleep 1; done',
  'read e _ </proc/uptime',
  'if [ $r = 0 ] && [ -n "$m" ] && [ -z "$l" ]; then',
  'i=1; f=1; while [ $i -lt 3 ]; do i=$((i+1)); c $k "$h" "$3" "echo $p" "X-Fill: $p" >/dev/null 2>&1 && f=0 && break; done; l="@large $m $f"; fi',
  'echo "@exchange $4 $1 $2 $3 $r $n $s $e" $o $l; }',
];

function job({ protocol, address, port, fill, ofPod, tries }: ExchangeTarget): string {
  const words = [protocol, quote(address), port, ofPod ? 'pod' : 'target', tries];
  return `x ${words.join(' ')} ${fill === undefined ? "''" : quote(fill)} &`;
}

/** Samples run one after another, and after everything else, so that they do not disturb what is judged. */
const SAMPLING = [
  `s() { echo "@jitter $1 $2" $(ping -c ${SAMPLE.pings} -i 0.2 -W 2 -I "$1" "$2" 2>&1 | sed -n 's/.*seq=\\([0-9]*\\).*time=\\([0-9.]*\\).*/\\1:\\2/p')`,
  `command -v iperf >/dev/null && echo "@throughput $1 $2" $(timeout ${SAMPLE.seconds} iperf -c "$2" -p ${SERVICE_PORTS.iperf} -n ${SAMPLE.bytes} -y C 2>&1); }`,
];

/** How long this part takes at most, in milliseconds, on a node where each program starts slowly. */
export function exchangeDurationMs({ services, exchanges, samples }: ExchangePlan): number {
  const perTry = (WAIT_S + 2) * 1000;
  const longest = Math.max(0, ...exchanges.map(({ tries }) => tries));
  return (
    services.length * SERVICE_TRIES * perTry +
    batches(exchanges).length * (longest + 3) * perTry +
    samples.length * (SAMPLE.pings * 200 + SAMPLE.seconds * 1000 + 5000)
  );
}

function batches(targets: readonly ExchangeTarget[]): ExchangeTarget[][] {
  return Array.from({ length: Math.ceil(targets.length / EXCHANGES_AT_ONCE) }, (_, index) =>
    targets.slice(index * EXCHANGES_AT_ONCE, (index + 1) * EXCHANGES_AT_ONCE),
  );
}
