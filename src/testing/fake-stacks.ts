import type { StackStatus } from '@aws-sdk/client-cloudformation';
import type { Clock } from '../cloudformation/polling.ts';
import type {
  ChangeSet,
  ChangeSetProblem,
  ChangeSetRequest,
  Stack,
  StackApi,
  StackEvent,
} from '../cloudformation/stack-api.ts';

/** One thing that happens in an operation: to the stack itself when it names no resource. */
export interface Happening {
  readonly afterMs?: number;
  readonly status: string;
  readonly resource?: string;
  readonly reason?: string;
}

type Texts = Readonly<Record<string, string>>;
type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
interface FakeStack extends Mutable<Stack> {
  template: string | undefined;
  events: StackEvent[];
  ahead: { at: number; happening: Happening }[];
}

/**
 * CloudFormation in memory, for tests of the stack engine: its stacks move with the fake clock, as scripted.
 * It knows neither templates nor resources.
 */
export class FakeStacks implements StackApi {
  readonly calls: string[] = [];
  /** Hears of each call. */
  onCall: () => void = () => undefined;
  readonly requests: ChangeSetRequest[] = [];
  /** What the next change sets turn out to be; `CREATE_COMPLETE` with one addition when none is set. */
  readonly changeSets: ChangeSet[] = [];
  /** What early validation finds wrong with a change set that failed. */
  problems: readonly ChangeSetProblem[] | 'not-allowed' = [];
  /** What executing, deleting and continuing do, per stack name. */
  readonly scripts = new Map<string, readonly Happening[]>();
  /** Outputs that a stack has once it is deployed. */
  readonly outputs = new Map<string, Texts>();
  /** Thrown once by the call of that name. */
  readonly errors = new Map<string, Error>();
  readonly #stacks: FakeStack[] = [];
  readonly #clock: Clock;
  #serial = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Puts a stack there, with `ahead` still to happen to it. */
  put(
    name: string,
    status: StackStatus,
    { tags = {}, ahead = [] }: { tags?: Texts; ahead?: readonly Happening[] } = {},
  ) {
    const stack: FakeStack = {
      id: `arn:aws:cloudformation:ap-northeast-2:123456789012:stack/${name}/${++this.#serial}`,
      name,
      status,
      reason: undefined,
      outputs: this.outputs.get(name) ?? {},
      template: undefined,
      parameters: {},
      looksUpParameters: false,
      terminationProtection: false,
      tags,
      events: [],
      ahead: [],
    };
    this.#stacks.push(stack);
    this.#happen(stack, { status });
    this.#schedule(stack, ahead);
    return stack;
  }

  async describe(name: string): Promise<Stack | undefined> {
    this.#say('describe', name);
    this.#advance();
    const byId = this.#stacks.find((stack) => stack.id === name);
    const stack = byId ?? this.#existing(name);
    return stack && { ...stack };
  }

  async list(): Promise<readonly Stack[]> {
    this.#say('list', '');
    this.#advance();
    const there = this.#stacks.filter((stack) => stack.status !== 'DELETE_COMPLETE');
    return there.map((stack) => ({ ...stack }));
  }

  async createChangeSet(request: ChangeSetRequest) {
    this.#say('createChangeSet', request.stackName, request.type);
    this.requests.push(request);
    const existing = this.#existing(request.stackName);
    const stack = existing ?? this.put(request.stackName, 'REVIEW_IN_PROGRESS');
    if (existing === undefined) stack.tags = request.tags;
    return { id: `${request.name} ${stack.id}`, stackId: stack.id };
  }

  async describeChangeSet(_id: string): Promise<ChangeSet> {
    this.#say('describeChangeSet', '');
    const change = {
      action: 'Add',
      logicalId: 'Vpc',
      type: 'AWS::EC2::VPC',
      replacement: undefined,
      details: [],
    };
    const next = this.changeSets.shift();
    return next ?? { status: 'CREATE_COMPLETE', reason: undefined, changes: [change] };
  }

  async executeChangeSet(id: string): Promise<void> {
    const [name, stackId = ''] = id.split(' ');
    const stack = this.#byId(stackId);
    this.#say('executeChangeSet', stack.name);
    const request = this.requests.find((one) => one.name === name);
    const previous = Object.entries(stack.parameters).filter(([name]) =>
      request?.previous.includes(name),
    );
    const parameters = { ...request?.parameters, ...Object.fromEntries(previous) };
    Object.assign(stack, { parameters, template: request?.template });
    const verb = stack.status === 'REVIEW_IN_PROGRESS' ? 'CREATE' : 'UPDATE';
    this.#schedule(stack, this.scripts.get(stack.name) ?? succeeds(verb));
  }

  async deleteChangeSet(id: string): Promise<void> {
    this.#say('deleteChangeSet', this.#byId(id.split(' ')[1] ?? '').name);
  }

  async countChangeSets(): Promise<number> {
    return 0;
  }

  async changeSetProblems(): Promise<readonly ChangeSetProblem[] | 'not-allowed'> {
    return this.problems;
  }

  async template(id: string): Promise<string | undefined> {
    this.#say('template', this.#byId(id).name);
    return this.#byId(id).template;
  }

  async protect(id: string, on: boolean): Promise<void> {
    const stack = this.#byId(id);
    this.#say('protect', stack.name, String(on));
    stack.terminationProtection = on;
  }

  async deleteStack(id: string): Promise<void> {
    const stack = this.#byId(id);
    this.#say('deleteStack', stack.name);
    this.#schedule(stack, this.scripts.get(`delete ${stack.name}`) ?? succeeds('DELETE'));
  }

  async continueRollback(id: string): Promise<void> {
    const stack = this.#byId(id);
    this.#say('continueRollback', stack.name);
    this.#schedule(
      stack,
      this.scripts.get(`continue ${stack.name}`) ?? succeeds('UPDATE_ROLLBACK'),
    );
  }

  async resources() {
    return [];
  }

  history(id: string): AsyncIterable<StackEvent> {
    return this.events(id);
  }

  async *events(id: string): AsyncIterable<StackEvent> {
    const stack = this.#byId(id);
    this.#say('events', stack.name);
    this.#advance();
    yield* [...stack.events].reverse();
  }

  #existing(name: string): FakeStack | undefined {
    return this.#stacks.find((stack) => stack.name === name && stack.status !== 'DELETE_COMPLETE');
  }

  #byId(id: string): FakeStack {
    const stack = this.#stacks.find((one) => one.id === id);
    if (stack === undefined) throw new Error(`no stack ${id}`);
    return stack;
  }

  #schedule(stack: FakeStack, happenings: readonly Happening[]): void {
    let at = this.#clock.now();
    for (const happening of happenings) {
      at += happening.afterMs ?? 0;
      stack.ahead.push({ at, happening });
    }
  }

  #advance(): void {
    for (const stack of this.#stacks) {
      while (stack.ahead[0] !== undefined && stack.ahead[0].at <= this.#clock.now()) {
        const next = stack.ahead.shift();
        if (next) this.#happen(stack, next.happening, next.at);
      }
    }
  }

  #happen(stack: FakeStack, { status, resource, reason }: Happening, at = this.#clock.now()): void {
    if (resource === undefined) {
      stack.status = status as StackStatus;
      stack.reason = reason;
      if (status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE') {
        stack.outputs = this.outputs.get(stack.name) ?? {};
      }
    }
    stack.events.push({
      id: `event-${++this.#serial}`,
      time: new Date(at),
      logicalId: resource ?? stack.name,
      type: resource === undefined ? 'AWS::CloudFormation::Stack' : 'AWS::EC2::VPC',
      status: status as StackStatus,
      reason,
      ofStack: resource === undefined,
    });
  }

  #say(call: string, ...details: string[]): void {
    this.onCall();
    this.calls.push([call, ...details].join(' ').trim());
    const error = this.errors.get(call);
    this.errors.delete(call);
    if (error !== undefined) throw error;
  }
}

function succeeds(verb: string): readonly Happening[] {
  return [
    { afterMs: 500, status: `${verb}_IN_PROGRESS` },
    { afterMs: 100, status: `${verb}_IN_PROGRESS`, resource: 'Vpc' },
    { afterMs: 20_000, status: `${verb}_COMPLETE`, resource: 'Vpc' },
    { afterMs: 1_000, status: `${verb}_COMPLETE` },
  ];
}
