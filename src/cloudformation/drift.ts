import { isExplained, messageOf } from '../core/errors.ts';
import { discardChangeSet, prepareChangeSet } from './change-set.ts';
import { isOvertaken } from './concurrent-runs.ts';
import type { StackEngine } from './follow.ts';
import type { Change, Stack, StackSpec } from './stack-api.ts';

/** What was changed on a stack's resources outside CloudFormation. */
export interface Drift {
  /** `Vpc (AWS::EC2::VPC): EnableDnsHostnames was true and is false`, one for each change. */
  readonly changes: readonly string[];
  /** Why it is not known; undefined when it is. */
  readonly unknown: string | undefined;
}

/**
 * Finds what was changed outside CloudFormation, by a change set that would revert it and that is deleted again. Such a
 * change set reads the resources, which a role may not be allowed to, and which CloudFormation does not do everywhere.
 */
export async function findDrift(
  engine: StackEngine,
  spec: StackSpec,
  before: Stack,
): Promise<Drift> {
  try {
    const changeSet = await prepareChangeSet(engine, { ...spec, revertDrift: true }, before);
    await discardChangeSet(engine, changeSet, before);
    if (changeSet.outcome !== 'failed') return driftIn(changeSet);
    return { changes: [], unknown: changeSet.reason ?? 'CloudFormation gave no reason' };
  } catch (error) {
    // The plan itself is complete without this.
    if (isExplained(error) || isOvertaken(error)) throw error;
    return { changes: [], unknown: messageOf(error) };
  }
}

/** The drift that a change set tells which reverts it. */
export function driftIn({
  changes,
  comparesReality,
}: {
  readonly changes: readonly Change[];
  readonly comparesReality: boolean;
}): Drift {
  return comparesReality
    ? { changes: changes.flatMap(driftOf), unknown: undefined }
    : { changes: [], unknown: 'CloudFormation does not compare resources here' };
}

function driftOf({ logicalId, type, drift, details }: Change): readonly string[] {
  const resource = `${logicalId} (${type})`;
  if (drift === 'DELETED') return [`${resource}: it was deleted`];
  if (drift !== 'MODIFIED') return [];
  const found = details.flatMap((detail) => {
    if (detail.drift === undefined) return [];
    const { made, now } = detail.drift;
    return [`${resource}: ${detail.target} was ${shown(made)} and is ${shown(now)}`];
  });
  return found.length > 0 ? [...new Set(found)] : [`${resource}: it was changed`];
}

const MOST_CHARACTERS = 200;

function shown(value: string | undefined): string {
  if (value === undefined || value === '') return 'not set';
  return value.length > MOST_CHARACTERS ? `${value.slice(0, MOST_CHARACTERS)}…` : value;
}
