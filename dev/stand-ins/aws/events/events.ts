import {
  type EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  type Target,
} from '@aws-sdk/client-eventbridge';
import { matchesPattern } from './event-pattern.ts';

/** An event as a service sends it. The bus adds id, account, region and time. */
export interface EventInput {
  readonly source: string;
  readonly 'detail-type': string;
  readonly resources: readonly string[];
  readonly detail: object;
}

/** Sends an event to the bus. The sender never learns about failed deliveries. */
export type Emit = (event: EventInput) => void;

export interface EventBusOptions {
  readonly account: string;
  readonly region: string;
  /** The API that stores rules and targets. */
  readonly events: EventBridgeClient;
  /** Invokes a function asynchronously on behalf of a rule. */
  readonly invoke: (functionArn: string, event: object, ruleArn: string) => Promise<void>;
  readonly problem: (what: string, error: unknown) => void;
}

export interface EventBus {
  readonly emit: Emit;
  /** All events so far. */
  sent(): readonly object[];
}

/**
 * EventBridge's default event bus for events of AWS services: matches them with the rules that clients have
 * put, and invokes the rules' Lambda targets. Leaves out other targets, input transformers, archives and
 * schedules.
 */
export function createEventBus(options: EventBusOptions): EventBus {
  const sent: object[] = [];
  return {
    emit(input) {
      const event = {
        version: '0',
        id: crypto.randomUUID(),
        account: options.account,
        time: `${new Date().toISOString().slice(0, 19)}Z`,
        region: options.region,
        ...input,
      };
      sent.push(event);
      deliver(options, event).catch((error) => options.problem(`deliver ${event.id}`, error));
    },
    sent: () => sent,
  };
}

async function deliver(options: EventBusOptions, event: object): Promise<void> {
  const { Rules = [] } = await options.events.send(new ListRulesCommand({}));
  const matching = Rules.filter(
    (rule) =>
      rule.State === 'ENABLED' &&
      rule.EventPattern !== undefined &&
      matchesPattern(JSON.parse(rule.EventPattern), event),
  );
  await Promise.all(
    matching.map(async ({ Name, Arn = '' }) => {
      const found = await options.events.send(new ListTargetsByRuleCommand({ Rule: Name }));
      const functions = (found.Targets ?? []).filter((target) => target.Arn?.includes(':lambda:'));
      await Promise.all(
        functions.map((target) => options.invoke(target.Arn ?? '', inputOf(target, event), Arn)),
      );
    }),
  );
}

function inputOf(target: Target, event: object): object {
  return target.Input === undefined ? event : JSON.parse(target.Input);
}
