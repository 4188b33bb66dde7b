import { duration } from '../core/clock.ts';
import { type GroupState, isServing, type Member } from './group-state.ts';

/** A node that a rollout replaces, has replaced, or would replace, or a node that came in its place. */
export interface NodeRow {
  readonly group: string;
  /** Empty before the instance has joined. */
  readonly node: string;
  readonly instanceId: string;
  readonly state: NodeStage;
  /** Why it is replaced; empty for a new node. */
  readonly why: readonly string[];
  /** How long an old node took from its cordon to its end, and a new one until it served; empty when this run did not see it. */
  readonly took: string;
}

type NodeStage = 'outdated' | 'draining' | 'ending' | 'ended' | 'starting' | 'new' | 'standby';

interface Seen extends Omit<NodeRow, 'took'> {
  /** When this run first saw the node in its present half of life, and when that ended. */
  readonly since: number | undefined;
  readonly until: number | undefined;
}

const ENDS: ReadonlySet<NodeStage> = new Set(['ended', 'new']);

/** What a run has seen of the nodes of its groups, from state to state. */
export class RolloutProgress {
  readonly #seen = new Map<string, Seen>();

  /** @returns what has changed since the last state, a line for each node. */
  update(state: GroupState, now: number): readonly string[] {
    const lines: string[] = [];
    const gone = [...this.#seen.values()].filter(
      ({ group, instanceId }) =>
        group === state.name && state.members.every((one) => one.instanceId !== instanceId),
    );
    for (const before of gone) this.#set({ ...before, state: 'ended' }, now, lines);
    for (const member of state.members) {
      const { instanceId, node } = member;
      const before = this.#seen.get(instanceId);
      const why = before !== undefined && before.why.length > 0 ? before.why : member.outdated;
      const row = { group: state.name, node: node?.name ?? before?.node ?? '', instanceId, why };
      const stage = stageOf(member);
      this.#set(
        { since: undefined, until: undefined, ...before, ...row, state: stage },
        now,
        lines,
      );
    }
    return lines;
  }

  /** All nodes of which there is something to say: the old ones, and those that came in their place. */
  rows(): readonly NodeRow[] {
    return [...this.#seen.values()].map(({ since, until, ...row }) => ({
      ...row,
      took: since === undefined || until === undefined ? '' : duration(until - since),
    }));
  }

  #set(next: Seen, now: number, lines: string[]): void {
    const before = this.#seen.get(next.instanceId);
    const began = next.state === 'draining' || next.state === 'starting';
    const since = next.since ?? (began ? now : undefined);
    const until = ENDS.has(next.state) ? (next.until ?? now) : undefined;
    this.#seen.set(next.instanceId, { ...next, since, until });
    if (before?.state === next.state) return;
    const name = next.node === '' ? next.instanceId : `${next.node} (${next.instanceId})`;
    const why = next.why.length === 0 ? '' : `: ${next.why.join(', ')}`;
    lines.push(`${next.group}: ${name} is ${next.state}${before === undefined ? why : ''}`);
  }
}

function stageOf(member: Member): NodeStage {
  const { node, outdated, phase } = member;
  if (phase === 'leaving') return 'ending';
  if (phase === 'standby') return 'standby';
  if (node?.draining === true) return 'draining';
  if (outdated.length > 0) return 'outdated';
  return isServing(member) ? 'new' : 'starting';
}
