import { handler, type ResourceContext } from './handler.ts';
import { type TagPair, tagPairs } from './tags.ts';

interface Schedule {
  readonly Name?: string;
  readonly GroupName?: string;
  readonly Description?: string;
  readonly ScheduleExpression: string;
  readonly StartDate?: string;
  readonly EndDate?: string;
  readonly FlexibleTimeWindow: object;
  readonly Target: object;
}

const schedule = handler<Schedule>({
  properties: [
    'Name',
    'GroupName',
    'Description',
    'ScheduleExpression',
    'StartDate',
    'EndDate',
    'FlexibleTimeWindow',
    'Target',
  ],
  async create(properties, context) {
    const name = properties.Name ?? context.name(64);
    const Arn = await put('POST', name, properties, context);
    return { id: name, attributes: { Arn } };
  },
  async update({ id }, after, context) {
    return { Arn: await put('PUT', id, after, context) };
  },
  async delete({ id, properties: { GroupName = 'default' } }, { clients }) {
    const path = `/schedules/${id}?groupName=${GroupName}`;
    await clients.scheduler.send('DELETE', path);
  },
});

/** The handler of AWS reads the schedule afterwards, with the permission scheduler:GetSchedule. */
async function put(
  method: 'POST' | 'PUT',
  name: string,
  { Name: _, StartDate, EndDate, ...given }: Schedule,
  { clients: { scheduler } }: ResourceContext,
): Promise<string> {
  const body = {
    ...given,
    ...(StartDate === undefined ? {} : { StartDate: secondsOf(StartDate) }),
    ...(EndDate === undefined ? {} : { EndDate: secondsOf(EndDate) }),
  };
  await scheduler.send(method, `/schedules/${name}`, body);
  const found = await scheduler.send(
    'GET',
    `/schedules/${name}?groupName=${given.GroupName ?? 'default'}`,
  );
  return String(found['Arn']);
}

/** The protocol has seconds since 1970. */
function secondsOf(date: string): number {
  const time = Date.parse(date);
  if (Number.isNaN(time)) throw new Error(`${date} is no date`);
  return time / 1000;
}

interface Group {
  readonly Name?: string;
  readonly Tags?: readonly TagPair[];
}

const group = handler<Group>({
  properties: ['Name', 'Tags'],
  async create({ Name }, context) {
    const name = Name ?? context.name(64);
    const Tags = tagPairs(context.tags);
    await context.clients.scheduler.send('POST', `/schedule-groups/${name}`, { Tags });
    const found = await context.clients.scheduler.send('GET', `/schedule-groups/${name}`);
    return { id: name, attributes: { Arn: String(found['Arn']), State: String(found['State']) } };
  },
  async delete({ id }, { clients }) {
    await clients.scheduler.send('DELETE', `/schedule-groups/${id}`);
  },
});

export const schedulerHandlers = {
  'AWS::Scheduler::Schedule': schedule,
  'AWS::Scheduler::ScheduleGroup': group,
};
