import type { DrainResult } from './drain.ts';
import type { Member, Probe } from './group-state.ts';

type Remembered = Pick<Member, 'blocked' | 'drainingSince' | 'kept' | 'probe'>;

const NOTHING: Remembered = {
  blocked: [],
  drainingSince: undefined,
  kept: [],
  probe: { result: 'none' },
};

/**
 * What one run remembers: what it has tried itself. Another run finds out the same again, so nothing is lost when the run
 * is killed.
 */
export class RunMemory {
  readonly #joinedBefore: number;
  readonly #graceMs: number;
  readonly #members = new Map<string, Remembered>();
  readonly #ended = new Set<string>();
  readonly #refusals = new Map<string, number>();
  readonly #hopeless = new Set<string>();
  readonly #short = new Map<string, number>();

  /**
   * @param joinedBefore instances launched before this time have had their time to join, when the run begins
   * @param graceMs how long the run waits for a node whose time was over, because the cause may just have gone
   */
  constructor(joinedBefore: number, graceMs: number) {
    this.#joinedBefore = joinedBefore;
    this.#graceMs = graceMs;
  }

  /** From when on an instance that was launched at this time is waited for. */
  waitedSince(launchedAt: number): number {
    return Math.max(launchedAt, this.#joinedBefore + this.#graceMs);
  }

  of(instanceId: string): Remembered {
    return this.#members.get(instanceId) ?? NOTHING;
  }

  probed(instanceId: string, probe: Probe): void {
    this.#members.set(instanceId, { ...this.of(instanceId), probe });
  }

  drained(instanceId: string, { blocked, kept }: DrainResult, now: number): void {
    const before = this.of(instanceId);
    const drainingSince = before.drainingSince ?? now;
    this.#members.set(instanceId, { ...before, blocked, kept, drainingSince });
  }

  ended(instanceId: string): void {
    this.#ended.add(instanceId);
  }

  /** AWS refused to end the instance, or did not answer. Returns how often that has happened. */
  notEnded(instanceId: string): number {
    this.#ended.delete(instanceId);
    const failures = (this.#refusals.get(instanceId) ?? 0) + 1;
    this.#refusals.set(instanceId, failures);
    return failures;
  }

  hasEnded(instanceId: string): boolean {
    return this.#ended.has(instanceId);
  }

  /** Since when a group has been short of instances. */
  shortSince(group: string, short: boolean, now: number): number | undefined {
    if (!short) this.#short.delete(group);
    else if (!this.#short.has(group)) this.#short.set(group, now);
    return this.#short.get(group);
  }

  /**
   * An instance that had not joined when its time was over, before this run began, never will: the boot script has failed.
   * The rollout replaces it. An instance whose time is over later stops the rollout.
   */
  withoutHopeless(member: Member): Member {
    const { instanceId, launchedAt, node, outdated, phase } = member;
    const late = phase === 'in-service' && node === undefined && launchedAt < this.#joinedBefore;
    if (late) this.#hopeless.add(instanceId);
    if (!this.#hopeless.has(instanceId) || node !== undefined) return member;
    return { ...member, outdated: [...outdated, 'it never joined the cluster'] };
  }
}
