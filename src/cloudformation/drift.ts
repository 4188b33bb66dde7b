import { z } from 'zod';
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

/** The drift that a change set reports when it would revert it. */
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
    return differences(detail.target, detail.drift).map(
      ({ what, made, now }) => `${resource}: ${what} was ${shown(made)} and is ${shown(now)}`,
    );
  });
  return found.length > 0 ? [...new Set(found)] : [`${resource}: it was changed`];
}

interface Difference {
  readonly what: string;
  readonly made: string | undefined;
  readonly now: string | undefined;
}

/** The parts of a property that differ, where its values have parts with names, such as tags. */
function differences(
  target: string,
  { made, now }: Omit<Difference, 'what'>,
): readonly Difference[] {
  const [before, after] = [partsOf(made), partsOf(now)];
  if (before === undefined || after === undefined) return [{ what: target, made, now }];
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((name) => ({
      what: `${target} ${name}`,
      made: before.get(name),
      now: after.get(name),
    }))
    .filter((part) => part.made !== part.now);
}

/** The parts of a JSON object, or of a list of keys with values; undefined for any other text. */
function partsOf(text: string | undefined): ReadonlyMap<string, string> | undefined {
  const tags = z.array(z.looseObject({ Key: z.string(), Value: z.string() }));
  const value = parsedJson(text ?? '{}');
  const listed = tags.safeParse(value).data;
  if (listed !== undefined) return new Map(listed.map(({ Key, Value }) => [Key, Value]));
  const named = z.record(z.string(), z.unknown()).safeParse(value).data;
  if (named === undefined) return undefined;
  return new Map(
    Object.entries(named).map(([name, part]) => [
      name,
      typeof part === 'string' ? part : JSON.stringify(part),
    ]),
  );
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const MOST_CHARACTERS = 200;

function shown(value: string | undefined): string {
  if (value === undefined || value === '') return 'not set';
  return value.length > MOST_CHARACTERS ? `${value.slice(0, MOST_CHARACTERS)}…` : value;
}
