import { parseFailure, type Switches } from '../stand-ins/aws/faults/switches.ts';

/** The command-line options for the switches of the AWS stand-in, for `parseArgs`. */
export const SWITCH_OPTIONS = {
  seed: { type: 'string' },
  latency: { type: 'string' },
  scale: { type: 'string' },
  throttle: { type: 'string' },
  'server-errors': { type: 'string' },
  resets: { type: 'string' },
  'expire-after': { type: 'string' },
  'session-scale': { type: 'string' },
  deny: { type: 'string', multiple: true },
  fail: { type: 'string', multiple: true },
  'stale-reads': { type: 'string' },
  'iam-delay': { type: 'string' },
  'pending-instances': { type: 'string' },
  'spot-capacity': { type: 'string' },
} as const;

export const SWITCH_USAGE = `how slow AWS is, and what goes wrong with it (see dev/stand-ins/aws/README.md):

  --latency realistic    each resource takes as long as in AWS, times --scale (default 1)
  --throttle 0.2         this share of calls is throttled
  --server-errors 0.05   this share of calls fails with a 5xx
  --resets 0.05          this share of calls has its connection reset
  --expire-after 40      at this signed call, the session that makes it ends
  --session-scale 0.01   STS sessions last so much shorter than asked for
  --deny SERVICE:ACTION  refuse an action, * for any text; may be repeated
  --fail WHAT[:TIMES[:MESSAGE]]
                         fail a resource type, a logical id, or change-set; may be repeated
  --stale-reads 3        so many reads of a stack after an execution return it as it was
  --iam-delay 10         for so many seconds, EKS does not know a new role
  --pending-instances 5  for so many seconds, a new instance takes no interface
  --spot-capacity 0      EC2 launches so many spot instances, and then has no capacity
  --seed N               repeat what is left to chance
`;

type Given = { readonly [name in keyof typeof SWITCH_OPTIONS]?: string | string[] | undefined };

/**
 * Parses the switches.
 *
 * @throws Error that names the option, its value and what is allowed.
 */
export function readSwitches(given: Given): Partial<Switches> {
  const latency = given.latency;
  if (latency !== undefined && latency !== 'realistic' && latency !== 'instant') {
    throw new Error(`--latency: got "${latency}"; allowed: instant or realistic`);
  }
  return present({
    latency,
    seed: number(given, 'seed', 0, Number.MAX_SAFE_INTEGER),
    scale: number(given, 'scale', 0, 100),
    throttle: number(given, 'throttle', 0, 1),
    serverErrors: number(given, 'server-errors', 0, 1),
    resets: number(given, 'resets', 0, 1),
    expireAfter: number(given, 'expire-after', 1, Number.MAX_SAFE_INTEGER),
    sessionScale: number(given, 'session-scale', 0, 1),
    deny: given.deny === undefined ? undefined : [given.deny].flat(),
    staleReads: number(given, 'stale-reads', 0, 1_000),
    iamDelayMs: inMilliseconds(number(given, 'iam-delay', 0, 600)),
    pendingMs: inMilliseconds(number(given, 'pending-instances', 0, 600)),
    spotCapacity: number(given, 'spot-capacity', 0, 1_000),
    failures: given.fail === undefined ? undefined : [given.fail].flat().map(parseFailure),
  });
}

function inMilliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}

function number(given: Given, name: keyof Given, least: number, most: number): number | undefined {
  const text = given[name];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text !== '' && value >= least && value <= most) return value;
  throw new Error(`--${name}: got "${text}"; allowed: a number from ${least} to ${most}`);
}

function present(
  switches: {
    readonly [name in keyof Switches]: Switches[name] | undefined;
  },
): Partial<Switches> {
  return Object.fromEntries(Object.entries(switches).filter(([, value]) => value !== undefined));
}
