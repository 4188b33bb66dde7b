import { ServiceError } from '../gateway/query-protocol.ts';
import { type JsonObject, type RestRoutes, restService, stringOf } from '../gateway/rest-json.ts';
import type { AwsService } from '../gateway/service.ts';
import { type InvokeOptions, invokeTarget, mayAssume } from './invoke.ts';
import { occurrences } from './occurrences.ts';
import { checkName, invalid, readSchedule, type Schedule } from './schedule.ts';

export interface SchedulerOptions extends InvokeOptions {
  /** The time by which schedules are due, in milliseconds since 1970. */
  readonly now: () => number;
  readonly problem: (what: string, error: unknown) => void;
}

/** One call of a target, and why it has failed. */
export interface Invocation {
  readonly schedule: string;
  /** When it was due. */
  readonly at: number;
  readonly failure?: string;
}

export interface Scheduler {
  readonly service: AwsService;
  /** Invokes what has become due, in the order of the times. Runs by itself each second, too. */
  runDue(): Promise<void>;
  /** All invocations so far, oldest first. */
  invocations(): readonly Invocation[];
  schedules(): readonly Schedule[];
  stop(): void;
}

const LOOK_MS = 1_000;

/** What there is in the region. */
interface Contents {
  /** When each group was made, by its name. */
  readonly groups: Map<string, number>;
  /** By group and name. */
  readonly schedules: Map<string, Schedule>;
}

/**
 * EventBridge Scheduler in one region: groups, and schedules that call CloudFormation's DeleteStack. Leaves out cron, time zones,
 * flexible windows, dead-letter queues and retries: a rate repeats a call anyway.
 */
export function startScheduler(options: SchedulerOptions): Scheduler {
  const { now } = options;
  const contents: Contents = { groups: new Map([['default', now()]]), schedules: new Map() };
  const { schedules } = contents;
  const invocations: Invocation[] = [];
  let seen = now();
  let running: Promise<void> | undefined;

  async function invokeDue(): Promise<void> {
    const until = now();
    const due = [...schedules.entries()].flatMap(([key, schedule]) =>
      timesOf(schedule, seen, until).map((at) => ({ key, schedule, at })),
    );
    seen = until;
    for (const { key, schedule, at } of due.sort((one, other) => one.at - other.at)) {
      // One that was changed or deleted meanwhile is not due any more.
      if (schedules.get(key) !== schedule) continue;
      const failure = await invokeTarget(options, schedule).then(
        () => undefined,
        (error: Error) => `${error.name}: ${error.message}`,
      );
      const invocation = { schedule: schedule.name, at };
      invocations.push(failure === undefined ? invocation : { ...invocation, failure });
    }
  }

  async function runDue(): Promise<void> {
    await running;
    running ??= invokeDue().finally(() => {
      running = undefined;
    });
    await running;
  }

  const looking = setInterval(() => {
    runDue().catch((error: unknown) => options.problem('run schedules', error));
  }, LOOK_MS);
  looking.unref();
  return {
    service: restService('scheduler', {
      ...scheduleRoutes(options, contents),
      ...groupRoutes(options, contents),
    }),
    runDue,
    invocations: () => invocations,
    schedules: () => [...schedules.values()],
    stop: () => clearInterval(looking),
  };
}

function scheduleRoutes(options: SchedulerOptions, contents: Contents): RestRoutes {
  const { schedules } = contents;
  return {
    'POST /schedules/{name}': ({ path: { name = '' }, body }) => {
      const group = stringOf(body['GroupName']) ?? 'default';
      if (!schedules.has(keyOf(group, name))) return put(options, contents, name, body);
      throw new ServiceError('ConflictException', `Schedule ${name} already exists.`, 409);
    },
    'PUT /schedules/{name}': ({ path: { name = '' }, body }) => {
      found(contents, name, stringOf(body['GroupName']));
      return put(options, contents, name, body);
    },
    'GET /schedules/{name}': ({ path: { name = '' }, query }) => {
      const { given, group } = found(contents, name, query.get('groupName') ?? undefined);
      const Arn = arnOf(options, `schedule/${group}/${name}`);
      return { ...given, Name: name, GroupName: group, Arn };
    },
    'DELETE /schedules/{name}': ({ path: { name = '' }, query }) => {
      const { group } = found(contents, name, query.get('groupName') ?? undefined);
      schedules.delete(keyOf(group, name));
      return {};
    },
  };
}

function groupRoutes(options: SchedulerOptions, { groups, schedules }: Contents): RestRoutes {
  return {
    'POST /schedule-groups/{name}': ({ path: { name = '' } }) => {
      if (groups.has(checkName(name))) {
        throw new ServiceError('ConflictException', `Schedule group ${name} already exists.`, 409);
      }
      groups.set(name, options.now());
      return { ScheduleGroupArn: arnOf(options, `schedule-group/${name}`) };
    },
    'GET /schedule-groups/{name}': ({ path: { name = '' } }) => {
      if (!groups.has(name)) throw missing(`Schedule group ${name}`);
      return { Arn: arnOf(options, `schedule-group/${name}`), Name: name, State: 'ACTIVE' };
    },
    'DELETE /schedule-groups/{name}': ({ path: { name = '' } }) => {
      if (!groups.delete(name)) throw missing(`Schedule group ${name}`);
      // Deleting a group deletes its schedules.
      for (const [key, { group }] of schedules) if (group === name) schedules.delete(key);
      return {};
    },
  };
}

/** Makes a schedule, or puts another one in its place. */
async function put(
  options: SchedulerOptions,
  { groups, schedules }: Contents,
  name: string,
  body: JsonObject,
): Promise<object> {
  const schedule = readSchedule(name, body, options.now());
  if (!groups.has(schedule.group)) throw missing(`Schedule group ${schedule.group}`);
  if (!(await mayAssume(options, schedule))) {
    throw invalid(
      'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
    );
  }
  schedules.set(keyOf(schedule.group, name), schedule);
  return { ScheduleArn: arnOf(options, `schedule/${schedule.group}/${name}`) };
}

function found({ schedules }: Contents, name: string, group = 'default'): Schedule {
  const schedule = schedules.get(keyOf(group, name));
  if (schedule === undefined) throw missing(`Schedule ${name}`);
  return schedule;
}

function arnOf({ account, region }: SchedulerOptions, resource: string): string {
  return `arn:aws:scheduler:${region}:${account}:${resource}`;
}

function timesOf(schedule: Schedule, seen: number, until: number): readonly number[] {
  const { changedAt, end, recurrence, start } = schedule;
  // Without a start, a rate begins at once.
  const period = { start: start ?? changedAt, end };
  return occurrences(recurrence, period, Math.max(seen, changedAt - 1), until);
}

function keyOf(group: string, name: string): string {
  return `${group}/${name}`;
}

function missing(what: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', `${what} does not exist.`, 404);
}
