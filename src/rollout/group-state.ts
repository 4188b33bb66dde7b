/** How many nodes a rollout may take on at once, and how patient it is. Times are in milliseconds. */
export interface RolloutLimits {
  /** Nodes beyond the group's own number that may exist during the rollout. */
  readonly maxSurge: number;
  /** Nodes that may be missing during the rollout. */
  readonly maxUnavailable: number;
  /** How long the pods of one node have to leave it. */
  readonly drainMs: number;
  /** How long an instance has from its launch until it is a Ready node. */
  readonly joinMs: number;
}

/** A node group as AWS and the cluster describe it at one moment. Nothing else decides what a rollout does next. */
export interface GroupState {
  /** The name of the Auto Scaling group. */
  readonly name: string;
  readonly desired: number;
  readonly max: number;
  /** How many nodes the group had when its rollout began, by the group's tag; undefined when no rollout is under way. */
  readonly target: number | undefined;
  /** Since when all nodes are to be new, by the same tag; in milliseconds since 1970. */
  readonly renewBefore: number | undefined;
  /** Processes of the group that somebody suspended. */
  readonly suspended: readonly string[];
  readonly members: readonly Member[];
  /** Since when the group has had fewer instances than it should have; undefined when it has them all. */
  readonly shortSince: number | undefined;
  /** What the group says about its last launch, when that failed. */
  readonly launchFailure: string | undefined;
}

/** An instance of a group, and its node. */
export interface Member {
  readonly instanceId: string;
  /** `leaving` when its group ends it, `standby` when somebody took it out of service. */
  readonly phase: 'starting' | 'in-service' | 'leaving' | 'standby';
  /** When it was launched, in milliseconds since 1970. */
  readonly launchedAt: number;
  /** From when on it is waited for: its launch or, when its time was over before this run, a little before the run. */
  readonly waitedSince: number;
  /** Why it should be replaced; empty for an instance that is up to date. */
  readonly outdated: readonly string[];
  /** Undefined until the instance joins the cluster. */
  readonly node: MemberNode | undefined;
  /** The probe of this run. Only nodes that are up to date are probed. */
  readonly probe: Probe;
  /** Since when this run has been draining the node. */
  readonly drainingSince: number | undefined;
  /** Why its pods do not leave yet. */
  readonly blocked: readonly string[];
  /** Pods for whose sake the node is not drained at all. */
  readonly kept: readonly string[];
}

export interface MemberNode {
  readonly name: string;
  readonly ready: boolean;
  /** What the node says when it is not Ready. */
  readonly reason: string;
  /** Whether no pod may be scheduled onto it. */
  readonly cordoned: boolean;
  /** Whether a rollout has cordoned it. */
  readonly draining: boolean;
  /** How many pods have to leave before the instance may end; undefined as long as the node is not drained. */
  readonly pods: number | undefined;
}

export type Probe =
  | { readonly result: 'none' | 'passed' }
  | { readonly result: 'failed'; readonly why: string };

/** Whether the instance exists and stays, as far as its group is concerned. */
export function isLive({ phase }: Member): boolean {
  return phase === 'starting' || phase === 'in-service';
}

/** Whether the node lives and there is a reason to replace it. */
export function isOutdated(member: Member): boolean {
  return isLive(member) && member.outdated.length > 0;
}

/** Whether pods can rely on the node: it is Ready, takes pods and, when it is new, has passed its probe. */
export function isServing(member: Member): boolean {
  const { node, outdated, phase, probe } = member;
  if (phase !== 'in-service' || node === undefined || !node.ready || node.cordoned) return false;
  return outdated.length > 0 || probe.result === 'passed';
}

/** The name of the node or, before there is one, of the instance. */
export function nameOf({ instanceId, node }: Member): string {
  return node === undefined ? `instance ${instanceId}` : `node ${node.name} (${instanceId})`;
}
