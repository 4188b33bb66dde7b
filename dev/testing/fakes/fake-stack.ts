import type { StackStatus } from '@aws-sdk/client-cloudformation';
import type { Stack, StackEvent } from '../../../src/cloudformation/stack-api.ts';

/** One thing that happens in an operation: to the stack itself when it names no resource. */
export interface Happening {
  readonly afterMs?: number;
  readonly status: string;
  readonly resource?: string;
  readonly reason?: string;
}

type Texts = Readonly<Record<string, string>>;

interface Origin {
  readonly name: string;
  readonly tags: Texts;
  /** Numbers stacks and events; never the same twice. */
  readonly serial: () => number;
  /** What it has for outputs once it is deployed. */
  readonly outputs: () => Texts;
}

/** One stack in memory: what it is, what has happened to it, and what is ahead of it. */
export class FakeStack {
  readonly id: string;
  readonly name: string;
  status: StackStatus = 'REVIEW_IN_PROGRESS';
  reason: string | undefined;
  outputs: Texts;
  template: string | undefined;
  parameters: Texts = {};
  lookedUp: Texts = {};
  terminationProtection = false;
  tags: Texts;
  roleArn: string | undefined;
  readonly events: StackEvent[] = [];
  readonly #ahead: { readonly at: number; readonly happening: Happening }[] = [];
  readonly #origin: Origin;
  readonly createdAt: number;

  constructor(origin: Origin) {
    this.#origin = origin;
    this.name = origin.name;
    this.tags = origin.tags;
    this.outputs = origin.outputs();
    this.createdAt = origin.serial();
    this.id = `arn:aws:cloudformation:ap-northeast-2:123456789012:stack/${this.name}/${origin.serial()}`;
  }

  /** As it is now; what happens to it later does not show. */
  seen(): Stack {
    const { id, name, status, reason, outputs, parameters, terminationProtection, tags } = this;
    return {
      id,
      name,
      status,
      reason,
      outputs,
      parameters,
      terminationProtection,
      tags,
      lookedUp: this.lookedUp,
      roleArn: this.roleArn,
      createdAt: this.createdAt,
    };
  }

  /** Puts happenings ahead, one after the other, from `now` on. */
  schedule(happenings: readonly Happening[], now: number): void {
    let at = now;
    for (const happening of happenings) {
      at += happening.afterMs ?? 0;
      this.#ahead.push({ at, happening });
    }
  }

  /** Lets happen what is due by `now`. */
  advance(now: number): void {
    while (this.#ahead[0] !== undefined && this.#ahead[0].at <= now) {
      const next = this.#ahead.shift();
      if (next) this.happen(next.happening, next.at);
    }
  }

  happen({ status, resource, reason }: Happening, at: number): void {
    if (resource === undefined) {
      this.status = status as StackStatus;
      this.reason = reason;
      if (status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE') {
        this.outputs = this.#origin.outputs();
      }
    }
    this.events.push({
      id: `event-${this.#origin.serial()}`,
      time: new Date(at),
      logicalId: resource ?? this.name,
      type: resource === undefined ? 'AWS::CloudFormation::Stack' : 'AWS::EC2::VPC',
      status: status as StackStatus,
      reason,
      ofStack: resource === undefined,
    });
  }
}

/** What happens in an operation that works: to one resource, then to the stack. */
export function succeeds(verb: string): readonly Happening[] {
  return [
    { afterMs: 500, status: `${verb}_IN_PROGRESS` },
    { afterMs: 100, status: `${verb}_IN_PROGRESS`, resource: 'Vpc' },
    { afterMs: 20_000, status: `${verb}_COMPLETE`, resource: 'Vpc' },
    { afterMs: 1_000, status: `${verb}_COMPLETE` },
  ];
}
