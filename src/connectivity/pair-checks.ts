import { othersAt } from './address-holders.ts';
import { type CheckName, type CheckResult, failed, passed, skipped } from './check.ts';
import { explainAnswer, explainSilence } from './explain-pair.ts';
import type { Ping } from './observation.ts';
import { answered, type ProbedPair, pairSubject } from './probed-pair.ts';
import type { Surroundings } from './surroundings.ts';

/** Do both pods of a pair talk as they should, or stay apart as they should? */
export function checkPair(pair: ProbedPair, surroundings: Surroundings): CheckResult {
  const check: CheckName = pair.expected === 'answer' ? 'reachability' : 'isolation';
  const question = { check, subject: pairSubject(pair) };
  if (pair.ping === undefined) return skipped(question, pair.unprobed ?? 'not probed');
  const detail = describePing(pair.ping);
  if (pair.source.address === pair.target.address) {
    const same = `both have ${pair.source.address}, so the answer is ${pair.source.pod}'s own`;
    return failed(question, same, explainSilence(pair, surroundings));
  }
  if (pair.ping.problem?.kind === 'broken') return failed(question, detail, BROKEN_PING);
  const [other] = othersAt(pair.target, surroundings.holders);
  if (answered(pair) && pair.expected === 'answer' && other !== undefined) {
    const whose = `${other.pod} has ${pair.target.address}, too, so the answer may be its`;
    return skipped(question, `${detail}; ${whose}`);
  }
  if (answered(pair) === (pair.expected === 'answer')) return passed(question, detail);
  const reason = pair.expected === 'answer' ? explainSilence : explainAnswer;
  return failed(question, detail, reason(pair, surroundings));
}

const BROKEN_PING = {
  cause: 'probe-failed',
  explanation:
    'The image has no ping that takes -q, -c, -i, -W and -I, or the container may not use it (capability NET_RAW).',
  nextStep: 'choose another image with the input image',
} as const;

function describePing(ping: Ping): string {
  if (ping.problem !== undefined) return `${ping.address}: ${ping.problem.text}`;
  const times = ping.milliseconds === undefined ? '' : `, ${ping.milliseconds.avg} ms on average`;
  const tries = ping.attempts === undefined ? '' : `, try ${ping.attempts}`;
  return `${ping.address}: ${ping.received} of ${ping.sent} answered${times}${tries}`;
}
