import type { Transport } from '../protocol.ts';
import { type CheckResult, failed, passed, type Reason, skipped } from './check.ts';
import { type Evidence, type EvidenceIndex, othersAt } from './evidence.ts';
import { explainPolicy, explainSilence } from './explain-pair.ts';
import type { Exchange, PodObservation } from './observation.ts';
import { answered, type ProbedPair, pairSubject } from './pairs.ts';
import { generalReason } from './pod-question.ts';
import { routeTo } from './route-lookup.ts';
import { describeExchange, NO_AGNHOST } from './target-checks.ts';

/** Checks the services of each pod, and for each pair that should talk each protocol besides ICMP. */
export function checkProtocols(
  { transports = [], pods }: Evidence,
  matrix: readonly ProbedPair[],
  evidence: EvidenceIndex,
): CheckResult[] {
  if (transports.length === 0) return [];
  const talking = matrix.filter(({ expected }) => expected === 'answer');
  return [
    ...pods.flatMap((pod) => transports.map((one) => checkService(pod, one))),
    ...talking.flatMap((pair) => transports.flatMap((one) => checkExchange(pair, one, evidence))),
  ];
}

/** The exchange of a pair over a protocol, when the pod's route to the target leads through the pair's interface. */
export function exchangeOf(
  { source, target }: ProbedPair,
  protocol: Transport,
  { pods }: Pick<EvidenceIndex, 'pods'>,
): Exchange | { readonly missing: string } {
  const { probe, probeError, notReady } = pods.get(source.pod) ?? {};
  if (probe === undefined) return { missing: probeError ?? notReady ?? 'the pod was not probed' };
  if (target.address === undefined)
    return { missing: `${target.pod} has no address on ${target.interface}` };
  if (probe.tools?.agnhost === undefined) return { missing: NO_AGNHOST };
  const route = routeTo(probe.routes, target.address);
  if (route?.interface !== source.interface) {
    const way = route === undefined ? 'no interface' : route.interface;
    return {
      missing: `the pod's route to ${target.address} leads through ${way}, not through ${source.interface}`,
    };
  }
  const found = probe.exchanges?.find(
    ({ kind, protocol: own, address }) =>
      kind === 'pod' && own === protocol && address === target.address,
  );
  return found ?? { missing: 'the probe did not try it' };
}

function checkService(pod: PodObservation, protocol: Transport): CheckResult {
  const question = { check: `${protocol}-service`, subject: pod.name } as const;
  if (pod.probe === undefined) return skipped(question, pod.notReady ?? 'the pod was not probed');
  if (pod.probe.tools?.agnhost === undefined) return skipped(question, NO_AGNHOST);
  const own = serviceOf(pod, protocol);
  if (own === undefined) return skipped(question, 'the probe did not try it');
  const took = { tookMs: own.tookMs };
  if (own.result === 'answered') return { ...passed(question, describeExchange(own)), ...took };
  const cause = protocol === 'sctp' ? 'sctp-unsupported' : 'service-down';
  return {
    ...failed(question, describeExchange(own), generalReason(question.check, cause)),
    ...took,
  };
}

function serviceOf({ probe }: PodObservation, protocol: Transport): Exchange | undefined {
  return probe?.exchanges?.find(
    ({ kind, protocol: own }) => kind === 'service' && own === protocol,
  );
}

function checkExchange(
  pair: ProbedPair,
  protocol: Transport,
  evidence: EvidenceIndex,
): CheckResult[] {
  const question = { check: `${protocol}-echo`, subject: pairSubject(pair) } as const;
  const exchange = exchangeOf(pair, protocol, evidence);
  if ('missing' in exchange) return [skipped(question, exchange.missing)];
  const took = { tookMs: exchange.tookMs };
  const detail = `${exchange.address}:${exchange.port} ${describeExchange(exchange)}`;
  const [other] = othersAt(pair.target, evidence.holders);
  if (other !== undefined) {
    const whose = `${other.pod} also has ${exchange.address}, so it proves nothing`;
    return [{ ...skipped(question, `${detail}; ${whose}`), ...took }];
  }
  if (exchange.result === 'answered') {
    return [
      { ...passed(question, detail), ...took },
      ...peerCheck(pair, exchange),
      ...largeCheck(pair, exchange),
    ];
  }
  if (!answered(pair)) {
    const why = 'no ping is answered either, see reachability';
    return [{ ...skipped(question, `${detail}; ${why}`), ...took }];
  }
  return [{ ...failed(question, detail, explainExchange(pair, exchange, evidence)), ...took }];
}

/** Why pings of a pair are answered and an exchange is not. */
function explainExchange(pair: ProbedPair, exchange: Exchange, evidence: EvidenceIndex): Reason {
  const { source, target, scope } = pair;
  const { protocol, result } = exchange;
  const name = protocol.toUpperCase();
  const other = evidence.pods.get(target.pod);
  const service = other === undefined ? undefined : serviceOf(other, protocol);
  if (service !== undefined && service.result !== 'answered') {
    return {
      ...generalReason(
        `${protocol}-service`,
        protocol === 'sctp' ? 'sctp-unsupported' : 'service-down',
      ),
      explanation: `The ${name} service of ${target.pod} on ${target.node} does not even answer itself, so the path is not the reason.`,
    };
  }
  if (result === 'unreachable') return explainSilence(pair, evidence);
  if (result === 'refused') {
    return {
      cause: 'port-refused',
      explanation: `Pings pass, and the service of ${target.pod} runs, but something answers in its place with a refusal: a filter that rejects or resets ${name}.`,
      nextStep: `look at iptables on ${target.node} (REJECT, tcp-reset) and at middleboxes between ${source.node} and ${target.node}`,
    };
  }
  if (result === 'broken') {
    return {
      cause: 'probe-failed',
      explanation: `The program for ${name} failed, so this says nothing about the network.`,
      nextStep: 'look at the memory limit of the pods and at the image (input tools-image)',
    };
  }
  const policy = explainPolicy(pair, evidence);
  if (policy !== undefined) return policy;
  const near = scope === 'same-node';
  return {
    cause: 'protocol-blocked',
    explanation: near
      ? `Pings pass between the pods and ${name} does not. Both run on ${source.node}, so a filter on the node drops it.`
      : `Pings pass from ${source.node} to ${target.node} and ${name} does not: a filter between them drops it.`,
    nextStep: near
      ? `look at iptables and network policies for ${name} on ${source.node}`
      : `allow ${name} (IP protocol ${IP_PROTOCOLS[protocol]}) in the security groups and network ACLs of the Multus subnets, and look at iptables on both nodes`,
  };
}

/** https://www.iana.org/assignments/protocol-numbers */
const IP_PROTOCOLS = { tcp: 6, udp: 17, sctp: 132 } as const;

/** Only the answer over TCP has the name of a pod. */
function peerCheck({ source, target, ...pair }: ProbedPair, exchange: Exchange): CheckResult[] {
  if (exchange.protocol !== 'tcp') return [];
  const question = {
    check: 'tcp-peer',
    subject: pairSubject({ source, target, ...pair }),
  } as const;
  if (exchange.text === target.pod) return [passed(question, `${target.pod} answered`)];
  if (exchange.text === '') return [skipped(question, 'the answer has no name')];
  return [
    failed(question, `${exchange.text} answered for ${target.address}`, {
      ...generalReason('tcp-peer', 'wrong-peer'),
      explanation: `${target.address} belongs to ${target.pod}, and ${exchange.text} answered ${source.pod}.`,
    }),
  ];
}

function largeCheck(pair: ProbedPair, { protocol, large }: Exchange): CheckResult[] {
  if (large === undefined) return [];
  const check = `${protocol}-mtu` as const;
  const question = { check, subject: pairSubject(pair) };
  if (large.answered) return [passed(question, `${large.bytes} bytes pass`)];
  const detail = `a request that fills ${large.bytes} bytes is not answered, small ones are`;
  return [failed(question, detail, generalReason(check, 'mtu'))];
}
