import { CATALOGUE, type CheckName } from './catalogue/catalogue.ts';
import { type Cause, type CheckResult, failed, passed, type Reason, skipped } from './check.ts';
import type { EvidenceIndex } from './evidence.ts';
import type { PodObservation, Probe } from './observation.ts';
import { type Endpoint, endpointsOf } from './pairs.ts';

/** Something wrong in a pod, and why. */
export interface Fault {
  readonly detail: string;
  readonly reason: Reason;
}

/** A pod that was probed, and what is known around it. */
export interface Inspected {
  readonly pod: PodObservation;
  readonly probe: Probe;
  /** Its places on networks. */
  readonly places: readonly Endpoint[];
  /** Its secondary interfaces. */
  readonly devices: readonly string[];
  readonly evidence: EvidenceIndex;
}

/** Whether a pod has what a check is about. */
export type Fits = (about: Omit<Inspected, 'probe'>) => boolean;

/** One check of one pod as a whole. */
export interface PodQuestion {
  readonly check: CheckName;
  readonly find: (inspected: Inspected) => readonly Fault[];
  /** What a pod without a fault shows. */
  readonly well: string;
  /** Whether the pod has what the check is about; always when absent. */
  readonly fits?: Fits;
}

/**
 * Asks questions of a pod. Each fails with all faults that are found, and takes the reason of the first. A pod that was not
 * probed skips them.
 */
export function askPod(
  questions: readonly PodQuestion[],
  pod: PodObservation,
  evidence: EvidenceIndex,
): CheckResult[] {
  const places = endpointsOf(pod);
  const devices = [...new Set(places.map((place) => place.interface))];
  const { probe } = pod;
  const about = { pod, places, devices, evidence };
  return questions
    .filter(({ fits }) => fits === undefined || fits(about))
    .map(({ check, find, well }) => {
      const question = { check, subject: pod.name };
      if (pod.notReady !== undefined) return skipped(question, 'the pod is not Ready');
      if (probe === undefined) return skipped(question, 'the pod was not probed');
      return judge(question, find({ ...about, probe }), well);
    });
}

/** The result of a check from the faults that it found. */
export function judge(
  question: Pick<CheckResult, 'check' | 'subject'>,
  faults: readonly Fault[],
  well: string,
): CheckResult {
  const [first] = faults;
  if (first === undefined) return passed(question, well);
  return failed(question, faults.map(({ detail }) => detail).join('; '), first.reason);
}

/** A reason in the general words of the table of checks. */
export function generalReason(check: CheckName, cause: Cause): Reason {
  const { explanation, nextStep } = CATALOGUE[check];
  return { cause, explanation, nextStep };
}
