import { ServiceError } from '../gateway/query-protocol.ts';
import { type JsonObject, objectOf, stringOf } from '../gateway/rest-json.ts';
import { type Recurrence, readRecurrence } from './occurrences.ts';

/** A schedule, as CreateSchedule or UpdateSchedule gave it. */
export interface Schedule {
  readonly name: string;
  readonly group: string;
  /** The request, as GetSchedule returns it. */
  readonly given: JsonObject;
  readonly recurrence: Recurrence;
  /** Milliseconds since 1970, as are all times here. */
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly target: Target;
  readonly changedAt: number;
}

/** A universal target: one call of one API. */
export interface Target {
  readonly arn: string;
  readonly roleArn: string;
  readonly input: JsonObject;
}

const NAME = /^[0-9a-zA-Z_.-]{1,64}$/;
const KNOWN = [
  'ClientToken',
  'Description',
  'EndDate',
  'FlexibleTimeWindow',
  'GroupName',
  'ScheduleExpression',
  'StartDate',
  'Target',
];
const KNOWN_OF_TARGET = ['Arn', 'Input', 'RetryPolicy', 'RoleArn'];
const PAST_MS = 5 * 60_000;

/**
 * Reads a schedule from a request.
 *
 * @throws ServiceError for an invalid one, and for what the stand-in does not carry out.
 */
export function readSchedule(name: string, given: JsonObject, now: number): Schedule {
  for (const key of Object.keys(given)) {
    if (!KNOWN.includes(key)) throw notSimulated(key);
  }
  if (stringOf(objectOf(given['FlexibleTimeWindow'])?.['Mode']) !== 'OFF') {
    throw notSimulated('a FlexibleTimeWindow other than OFF');
  }
  const recurrence = readRecurrence(stringOf(given['ScheduleExpression']) ?? '');
  const start = timeOf(given['StartDate']);
  const end = timeOf(given['EndDate']);
  if (start !== undefined && start < now - PAST_MS) {
    throw invalid('The StartDate you specify cannot be earlier than 5 minutes ago.');
  }
  if (start !== undefined && end !== undefined && end <= start) {
    throw invalid('The EndDate you specify must be later than the StartDate.');
  }
  if (recurrence.kind === 'once' && recurrence.at <= now) throw notSimulated('a time in the past');
  const target = readTarget(objectOf(given['Target']) ?? {});
  const group = stringOf(given['GroupName']) ?? 'default';
  return { name: checkName(name), group, given, recurrence, start, end, target, changedAt: now };
}

export function checkName(name: string): string {
  if (NAME.test(name)) return name;
  throw invalid(
    `1 validation error detected: Value '${name}' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[0-9a-zA-Z-_.]+$`,
  );
}

function readTarget(target: JsonObject): Target {
  for (const key of Object.keys(target)) {
    if (!KNOWN_OF_TARGET.includes(key)) throw notSimulated(`Target.${key}`);
  }
  const [arn, roleArn] = [stringOf(target['Arn']) ?? '', stringOf(target['RoleArn']) ?? ''];
  if (!/^arn:[a-z-]+:scheduler:::aws-sdk:[a-z0-9]+:[a-z][A-Za-z0-9]+$/.test(arn)) {
    throw invalid(`Provided Arn is not in correct format.`);
  }
  const input = parsed(stringOf(target['Input']) ?? '{}');
  if (input === undefined) throw invalid('Invalid RequestJson provided.');
  return { arn, roleArn, input };
}

function parsed(text: string): JsonObject | undefined {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The protocol has seconds since 1970. */
function timeOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value * 1000 : undefined;
}

export function invalid(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}

function notSimulated(what: string): ServiceError {
  return invalid(`The stand-in does not simulate ${what}`);
}
