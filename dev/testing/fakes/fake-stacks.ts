import type { StackStatus } from '@aws-sdk/client-cloudformation';
import type {
  ChangeSet,
  ChangeSetProblem,
  ChangeSetRequest,
  Stack,
  StackApi,
  StackEvent,
} from '../../../src/cloudformation/stack-api.ts';
import type { Clock } from '../../../src/core/clock.ts';

import { FakeStack, type Happening, succeeds } from './fake-stack.ts';

type Texts = Readonly<Record<string, string>>;

/** A change set that reverts drift, where there is none. */
const IN_SYNC: ChangeSet = {
  status: 'FAILED',
  reason: "The submitted information didn't contain changes.",
  changes: [],
  comparesReality: true,
};

/**
 * CloudFormation in memory, for tests of the stack engine: its stacks move with the fake clock, as scripted.
 * It knows neither templates nor resources.
 */
export class FakeStacks implements StackApi {
  readonly calls: string[] = [];
  /** How many reads of a stack after an execution still return it as it was before. */
  staleReads = 0;
  readonly #stale = new Map<string, { readonly seen: Stack; reads: number }>();
  /** Hears of each call. */
  onCall: () => void = () => undefined;
  readonly requests: ChangeSetRequest[] = [];
  /** What the next change sets turn out to be; `CREATE_COMPLETE` with one addition when none is set. */
  readonly changeSets: Omit<ChangeSet, 'comparesReality'>[] = [];
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
    const outputs = () => this.outputs.get(name) ?? {};
    const stack = new FakeStack({ name, tags, serial: () => ++this.#serial, outputs });
    this.#stacks.push(stack);
    stack.happen({ status }, this.#clock.now());
    this.#schedule(stack, ahead);
    return stack;
  }

  async describe(name: string): Promise<Stack | undefined> {
    this.#say('describe', name);
    this.#advance();
    const byId = this.#stacks.find((stack) => stack.id === name);
    const stack = byId ?? this.#existing(name);
    const stale = stack && this.#stale.get(stack.id);
    if (stale === undefined || stale.reads === 0) return stack?.seen();
    stale.reads -= 1;
    return stale.seen;
  }

  async list(): Promise<readonly Stack[]> {
    this.#say('list', '');
    this.#advance();
    const there = this.#stacks.filter((stack) => stack.status !== 'DELETE_COMPLETE');
    return there.map((stack) => stack.seen());
  }

  async createChangeSet(request: ChangeSetRequest) {
    this.#say('createChangeSet', request.stackName, request.type);
    this.requests.push(request);
    const existing = this.#existing(request.stackName);
    const stack = existing ?? this.put(request.stackName, 'REVIEW_IN_PROGRESS');
    if (existing === undefined) stack.tags = request.tags;
    return { id: `${request.name} ${stack.id}`, stackId: stack.id };
  }

  async describeChangeSet(id: string): Promise<ChangeSet> {
    this.#say('describeChangeSet', '');
    const request = this.requests.find(({ name }) => name === id.split(' ')[0]);
    if (request?.revertDrift) return IN_SYNC;
    const change = {
      action: 'Add',
      logicalId: 'Vpc',
      type: 'AWS::EC2::VPC',
      replacement: undefined,
      details: [],
    };
    const next = this.changeSets.shift();
    const made = { status: 'CREATE_COMPLETE', reason: undefined, changes: [change] } as const;
    return { comparesReality: false, ...made, ...next };
  }

  async executeChangeSet(id: string, disableRollback?: boolean): Promise<void> {
    const [name, stackId = ''] = id.split(' ');
    const stack = this.#byId(stackId);
    this.#say('executeChangeSet', stack.name, disableRollback === true ? 'without rollback' : '');
    this.#stale.set(stackId, { seen: stack.seen(), reads: this.staleReads });
    const request = this.requests.find((one) => one.name === name);
    const previous = Object.entries(stack.parameters).filter(([name]) =>
      request?.previous.includes(name),
    );
    const parameters = { ...request?.parameters, ...Object.fromEntries(previous) };
    // A stack keeps its role for later operations.
    const roleArn = request?.roleArn ?? stack.roleArn;
    Object.assign(stack, { parameters, template: request?.template, roleArn });
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

  async rollBack(id: string): Promise<void> {
    const stack = this.#byId(id);
    this.#say('rollBack', stack.name);
    const rollback = this.scripts.get(`roll back ${stack.name}`) ?? succeeds('UPDATE_ROLLBACK');
    this.#schedule(stack, rollback);
  }

  async resources() {
    return [];
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
    stack.schedule(happenings, this.#clock.now());
  }

  #advance(): void {
    for (const stack of this.#stacks) stack.advance(this.#clock.now());
  }

  #say(call: string, ...details: string[]): void {
    this.onCall();
    this.calls.push([call, ...details].join(' ').trim());
    const error = this.errors.get(call);
    this.errors.delete(call);
    if (error !== undefined) throw error;
  }
}
