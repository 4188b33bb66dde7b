import type { CheckName } from './catalogue/catalogue.ts';

/** One check of one subject, and its result. */
export interface CheckResult {
  readonly check: CheckName;
  /** What was checked: `sampleapp-1`, `sampleapp-1 net1` or `sampleapp-1 net1 → sampleapp-2 net1`. */
  readonly subject: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** What was seen. */
  readonly detail: string;
  /** For a failure: the probable cause, as a word that programs can rely on. */
  readonly cause?: Cause;
  /** For a failure: what it means, from the evidence. */
  readonly explanation?: string;
  /** For a failure: what to do about it. */
  readonly nextStep?: string;
  /** How long the probe ran that the check rests on, in milliseconds. Absent for checks of what was known anyway. */
  readonly tookMs?: number;
}

/** Why a check failed. */
export interface Reason {
  readonly cause: Cause;
  readonly explanation: string;
  readonly nextStep: string;
}

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

type Question = Pick<CheckResult, 'check' | 'subject'>;

/** The check found what it should; `detail` is the evidence. */
export function passed(question: Question, detail: string): CheckResult {
  return { ...question, outcome: 'passed', detail };
}

/** The check found something wrong: `detail` is the evidence, and the reason says what it means. */
export function failed(question: Question, detail: string, reason: Reason): CheckResult {
  return { ...question, outcome: 'failed', detail, ...reason };
}

/** The check was not possible; `detail` says why. */
export function skipped(question: Question, detail: string): CheckResult {
  return { ...question, outcome: 'skipped', detail };
}

/** How many checks ended in which way. */
export function countOutcomes(checks: readonly CheckResult[]): Counts {
  const count = (outcome: CheckResult['outcome']) =>
    checks.filter((check) => check.outcome === outcome).length;
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped') };
}

/** The causes of failed checks. They are part of the report's schema: versions may add causes but remove none. */
export const CAUSES = [
  'image',
  'scheduling',
  'pod-network-setup',
  'pod-state',
  'probe-failed',
  'multus-down',
  'node-not-ready',
  'predates-multus',
  'not-attached',
  'interface-missing',
  'interface-down',
  'wrong-master',
  'wrong-network',
  'out-of-range',
  'duplicate-address',
  'unassigned-address',
  'missing-route',
  'one-way',
  'traffic-dropped',
  'mtu',
  'packet-loss',
  'slow',
  'not-isolated',
  'eni-status',
  'eni-mismatch',
  'wrong-interface',
  'clock-skew',
  'interface-order',
  'extra-interface',
  'interface-errors',
  'proxy-arp',
  'rp-filter',
  'unlisted-address',
  'node-address',
  'unusable-address',
  'duplicate-mac',
  'unreadable-network',
  'overlapping-networks',
  'wrong-gateway',
  'gateway-silent',
  'prefix-length',
  'address-family',
  'foreign-neighbour',
  'route-source',
  'default-route',
  'source-route',
  'duplicate-answers',
  'uneven',
  'low-throughput',
  'service-down',
  'sctp-unsupported',
  'port-refused',
  'protocol-blocked',
  'wrong-peer',
  'target-unreachable',
  'target-open',
  'asymmetric-path',
  'reordered',
  'no-free-address',
  'kernel-unsupported',
  'node-pressure',
  'connection-table-full',
  'network-changed',
  'network-policy',
] as const;

export type Cause = (typeof CAUSES)[number];
