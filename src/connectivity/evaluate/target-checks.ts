import { type CheckResult, failed, passed, skipped } from './check.ts';
import type { Evidence, EvidenceIndex } from './evidence.ts';
import type { Exchange, Ping, Probe } from './observation.ts';
import { generalReason } from './pod-question.ts';
import { routeTo } from './route-lookup.ts';
import { type AskedTarget, askedTargets, targetName } from './targets.ts';

/** Checks whether pods reach what they must reach, and nothing that they must not reach. */
export function checkTargets(
  { targets = [], pods }: Evidence,
  evidence: EvidenceIndex,
): CheckResult[] {
  return askedTargets(targets, pods).map((asked) => checkTarget(asked, evidence));
}

function checkTarget({ target, place }: AskedTarget, { pods }: EvidenceIndex): CheckResult {
  const check = target.reach ? 'target-reached' : 'target-blocked';
  const question = {
    check,
    subject: `${place.pod} ${place.interface} → ${targetName(target)}`,
  } as const;
  const { probe, probeError } = pods.get(place.pod) ?? {};
  if (probe === undefined) return skipped(question, probeError ?? 'the pod was not probed');
  const seen =
    target.protocol === 'icmp' ? pingOf(probe, { target, place }) : exchangeOf(probe, target);
  if (typeof seen === 'string') return skipped(question, seen);
  // A ping is bound to its interface; the pod's routes choose the interface of everything else.
  const route = routeTo(probe.routes, target.host);
  const astray = target.protocol !== 'icmp' && route?.interface !== place.interface;
  const way = `its packets to ${target.host} leave through ${route?.interface ?? 'no interface'}, not through ${place.interface}`;
  if (astray && target.reach) {
    return failed(question, way, {
      cause: 'missing-route',
      explanation: `${place.pod} has no route to ${target.host} through ${place.network}.`,
      nextStep: `add a route to the network ${place.network}, or name the network that leads to the target (network)`,
    });
  }
  if (astray) return skipped(question, `${way}, so the network was not tried`);
  const took = seen.tookMs === undefined ? {} : { tookMs: seen.tookMs };
  if (seen.reached === target.reach) return { ...passed(question, seen.detail), ...took };
  const cause = target.reach ? 'target-unreachable' : 'target-open';
  return { ...failed(question, seen.detail, generalReason(check, cause)), ...took };
}

interface Seen {
  readonly reached: boolean;
  readonly detail: string;
  readonly tookMs?: number;
}

function pingOf({ pings }: Probe, { target, place }: AskedTarget): Seen | string {
  const ping = pings.find(
    (one) => one.interface === place.interface && one.address === target.host,
  );
  if (ping === undefined) return 'the probe did not send it';
  if (ping.problem?.kind === 'broken') return ping.problem.text;
  return { reached: ping.received > 0, detail: describe(ping), ...tookOf(ping) };
}

function describe({ received, sent, problem }: Ping): string {
  return problem?.text ?? `${received} of ${sent} answered`;
}

/** A machine that refuses a connection was reached, so a target that must stay out of reach was not blocked. */
function exchangeOf(
  { exchanges = [], tools }: Probe,
  target: AskedTarget['target'],
): Seen | string {
  if (tools?.agnhost === undefined) return NO_AGNHOST;
  const exchange = exchanges.find(
    (one) =>
      one.kind === 'target' &&
      one.protocol === target.protocol &&
      one.address === target.host &&
      one.port === target.port,
  );
  if (exchange === undefined) return 'the probe did not try it';
  if (exchange.result === 'broken') return exchange.text || 'the program failed without a word';
  const reached =
    exchange.result === 'answered' || (!target.reach && exchange.result === 'refused');
  return { reached, detail: describeExchange(exchange), ...tookOf(exchange) };
}

/** Why nothing but pings was sent from a pod. */
export const NO_AGNHOST =
  'the image of the pods has no agnhost, which TCP, UDP and SCTP need (input tools-image)';

/** The result of an exchange for people. */
export function describeExchange({ result, text, tries }: Exchange): string {
  const words = result === 'answered' ? 'answered' : text === '' ? result : `${result}: ${text}`;
  return tries > 1 ? `${words}, try ${tries}` : words;
}

function tookOf({ tookMs }: { readonly tookMs?: number }) {
  return tookMs === undefined ? {} : { tookMs };
}
