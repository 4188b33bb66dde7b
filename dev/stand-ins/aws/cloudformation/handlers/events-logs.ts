import {
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DeleteRetentionPolicyCommand,
  PutRetentionPolicyCommand,
  TagResourceCommand as TagLogsCommand,
  UntagResourceCommand as UntagLogsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  DeleteRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  type RuleState,
  TagResourceCommand,
  type Target,
  UntagResourceCommand,
} from '@aws-sdk/client-eventbridge';
import { ignoreMissing } from './failure.ts';
import { handler, type ResourceContext } from './handler.ts';
import { type TagPair, tagChanges, tagPairs } from './tags.ts';

interface Rule {
  readonly Name?: string;
  readonly Description?: string;
  readonly EventPattern?: unknown;
  readonly State?: RuleState;
  readonly Targets?: readonly Target[];
  readonly Tags?: readonly TagPair[];
}

const rule = handler<Rule>({
  properties: ['Name', 'Description', 'EventPattern', 'State', 'Targets', 'Tags'],
  async create(properties, context) {
    const name = properties.Name ?? context.name(64);
    const { RuleArn: Arn = '' } = await putRule(name, properties, context, tagPairs(context.tags));
    const attributes = { Arn, RuleName: name };
    context.initiated(name, attributes);
    await setTargets(name, [], properties.Targets, context);
    return { id: name, attributes };
  },
  async update({ id, properties: before, tags, attributes }, after, context) {
    await putRule(id, after, context);
    await setTargets(id, before.Targets, after.Targets, context);
    const { set, removed } = tagChanges(tags, context.tags);
    const { events } = context.clients;
    const ResourceARN = String(attributes['Arn']);
    if (Object.keys(set).length > 0) {
      await events.send(new TagResourceCommand({ ResourceARN, Tags: tagPairs(set) }));
    }
    if (removed.length > 0) {
      await events.send(new UntagResourceCommand({ ResourceARN, TagKeys: [...removed] }));
    }
    return attributes;
  },
  async delete({ id, properties }, context) {
    await setTargets(id, properties.Targets, [], context);
    await context.clients.events.send(new DeleteRuleCommand({ Name: id }));
  },
});

function putRule(Name: string, rule: Rule, { clients }: ResourceContext, Tags?: TagPair[]) {
  const { Description, EventPattern: pattern, State } = rule;
  const EventPattern = typeof pattern === 'string' ? pattern : JSON.stringify(pattern);
  return clients.events.send(
    new PutRuleCommand({
      Name,
      Description,
      EventPattern,
      State,
      ...(Tags === undefined ? {} : { Tags }),
    }),
  );
}

async function setTargets(
  Rule: string,
  before: readonly Target[] = [],
  after: readonly Target[] = [],
  { clients: { events } }: ResourceContext,
): Promise<void> {
  const gone = before.map(({ Id }) => Id).filter((id) => !after.some(({ Id }) => Id === id));
  if (gone.length > 0) {
    const Ids = gone.filter((id) => id !== undefined);
    await ignoreMissing(events.send(new RemoveTargetsCommand({ Rule, Ids })));
  }
  if (after.length === 0) return;
  const { FailedEntries = [] } = await events.send(
    new PutTargetsCommand({ Rule, Targets: [...after] }),
  );
  const [failed] = FailedEntries;
  if (failed !== undefined) throw new Error(`${failed.TargetId}: ${failed.ErrorMessage}`);
}

interface LogGroup {
  readonly LogGroupName?: string;
  readonly RetentionInDays?: number;
  readonly Tags?: readonly TagPair[];
}

const logGroup = handler<LogGroup>({
  properties: ['LogGroupName', 'RetentionInDays', 'Tags'],
  async create({ LogGroupName, RetentionInDays }, context) {
    const name = LogGroupName ?? context.name(512);
    await context.clients.logs.send(
      new CreateLogGroupCommand({ logGroupName: name, tags: { ...context.tags } }),
    );
    const attributes = { Arn: `${logGroupArn(name, context)}:*` };
    context.initiated(name, attributes);
    if (RetentionInDays !== undefined) await setRetention(name, RetentionInDays, context);
    return { id: name, attributes };
  },
  async update({ id, properties: before, tags, attributes }, after, context) {
    if (before.RetentionInDays !== after.RetentionInDays) {
      await setRetention(id, after.RetentionInDays, context);
    }
    const { set, removed } = tagChanges(tags, context.tags);
    const { logs } = context.clients;
    const resourceArn = logGroupArn(id, context);
    if (Object.keys(set).length > 0) {
      await logs.send(new TagLogsCommand({ resourceArn, tags: { ...set } }));
    }
    if (removed.length > 0) {
      await logs.send(new UntagLogsCommand({ resourceArn, tagKeys: [...removed] }));
    }
    return attributes;
  },
  async delete({ id }, { clients }) {
    await clients.logs.send(new DeleteLogGroupCommand({ logGroupName: id }));
  },
});

async function setRetention(
  logGroupName: string,
  retentionInDays: number | undefined,
  { clients: { logs } }: ResourceContext,
): Promise<void> {
  if (retentionInDays === undefined) {
    await logs.send(new DeleteRetentionPolicyCommand({ logGroupName }));
  } else {
    await logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays }));
  }
}

function logGroupArn(name: string, { region, accountId }: ResourceContext): string {
  return `arn:aws:logs:${region}:${accountId}:log-group:${name}`;
}

export const eventsLogsHandlers = {
  'AWS::Events::Rule': rule,
  'AWS::Logs::LogGroup': logGroup,
};
