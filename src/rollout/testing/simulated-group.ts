import type { GroupState, Member, Probe, RolloutLimits } from '../group-state.ts';
import type { Step } from '../next-steps.ts';

/** An instance of the simulated group. Its life goes on by one with each tick. */
interface Machine {
  readonly id: string;
  readonly old: boolean;
  readonly launchedAt: number;
  phase: Member['phase'];
  /** Ticks until the next change of its phase. */
  left: number;
  joined: boolean;
  cordoned: boolean;
  draining: boolean;
  pods: number;
}

export interface SimulationOptions {
  readonly nodes: number;
  readonly max: number;
  /** Numbers from 0 to 1, which decide how long things take. */
  readonly random: () => number;
}

/**
 * A node group in memory, with an Auto Scaling group that keeps its desired number as AWS does. What AWS and the cluster
 * would remember is in here; what only a run remembers is lost with `forget`.
 */
export class SimulatedGroup {
  readonly #random: () => number;
  readonly #max: number;
  #machines: Machine[] = [];
  #probes = new Map<string, Probe>();
  #launched = 0;
  #now = 0;
  desired: number;
  target: number | undefined;
  /** Instances that the group ended by its own choice. A rollout must never make it choose. */
  chosenByGroup = 0;

  constructor({ nodes, max, random }: SimulationOptions) {
    this.#random = random;
    this.#max = max;
    this.desired = nodes;
    for (let i = 0; i < nodes; i += 1) {
      const machine = this.#launch(true);
      Object.assign(machine, { phase: 'in-service', joined: true, pods: 1 + this.#some(3) });
    }
  }

  get now(): number {
    return this.#now;
  }

  /** What a run that is killed takes with it. */
  forget(): void {
    this.#probes = new Map();
  }

  state(): GroupState {
    const live = this.#live().length;
    return {
      name: 'group',
      desired: this.desired,
      max: this.#max,
      target: this.target,
      renewBefore: undefined,
      suspended: [],
      members: this.#machines.map((one) => this.#member(one)),
      shortSince: live < this.desired ? this.#now : undefined,
      launchFailure: undefined,
    };
  }

  /** How many nodes serve pods, whether or not this run has probed them. */
  serving(): number {
    return this.#machines.filter(
      ({ joined, cordoned, phase }) => phase === 'in-service' && joined && !cordoned,
    ).length;
  }

  liveCount(): number {
    return this.#live().length;
  }

  oldCount(): number {
    return this.#machines.filter(({ old }) => old).length;
  }

  perform(step: Step): void {
    switch (step.kind) {
      case 'remember':
        this.target = step.target;
        break;
      case 'resize':
        this.desired = step.desired;
        break;
      case 'probe':
        this.#probes.set(step.member.instanceId, { result: 'passed' });
        break;
      case 'drain':
        Object.assign(this.#find(step.member), { cordoned: true, draining: true });
        break;
      case 'end': {
        const machine = this.#find(step.member);
        if (machine.phase === 'leaving') break;
        Object.assign(machine, { phase: 'leaving', left: this.#some(3) });
        if (step.shrink) this.desired -= 1;
        break;
      }
    }
  }

  /** Lets a little time pass: machines boot and end, pods leave, and the group launches what is missing. */
  tick(): void {
    this.#now += 1;
    for (const machine of this.#machines) this.#age(machine);
    this.#machines = this.#machines.filter(({ phase, left }) => phase !== 'leaving' || left > 0);
    const difference = this.desired - this.#live().length;
    for (let i = 0; i < difference; i += 1) this.#launch(false);
    for (const machine of this.#live().slice(0, Math.max(0, -difference))) {
      machine.phase = 'leaving';
      this.chosenByGroup += 1;
    }
  }

  #age(machine: Machine): void {
    machine.left -= 1;
    if (machine.phase === 'starting' && machine.left <= 0) {
      Object.assign(machine, { phase: 'in-service', left: this.#some(3) });
    } else if (machine.phase === 'in-service' && !machine.joined && machine.left <= 0) {
      machine.joined = true;
    }
    if (machine.draining) machine.pods = Math.max(0, machine.pods - this.#some(2));
  }

  #launch(old: boolean): Machine {
    this.#launched += 1;
    const machine: Machine = {
      id: `i-${String(this.#launched).padStart(3, '0')}`,
      old,
      launchedAt: this.#now,
      phase: 'starting',
      left: this.#some(3),
      joined: false,
      cordoned: false,
      draining: false,
      pods: 0,
    };
    this.#machines.push(machine);
    return machine;
  }

  #member(machine: Machine): Member {
    const { id, old, launchedAt, phase, joined, cordoned, draining, pods } = machine;
    return {
      instanceId: id,
      phase,
      launchedAt,
      waitedSince: launchedAt,
      outdated: old ? ['template version 1 instead of 2'] : [],
      node: joined
        ? { name: `node-${id}`, ready: true, reason: '', cordoned, draining, pods }
        : undefined,
      probe: this.#probes.get(id) ?? { result: 'none' },
      drainingSince: draining ? this.#now : undefined,
      blocked: [],
      kept: [],
    };
  }

  #live(): readonly Machine[] {
    return this.#machines.filter(({ phase }) => phase !== 'leaving');
  }

  #find({ instanceId }: Member): Machine {
    const machine = this.#machines.find(({ id }) => id === instanceId);
    if (machine === undefined) throw new Error(`there is no ${instanceId}`);
    return machine;
  }

  /** A whole number from 0 to `most`. */
  #some(most: number): number {
    return Math.floor(this.#random() * (most + 1));
  }
}

/** Limits with times that are far beyond those of the simulation. */
export function patient(limits: Pick<RolloutLimits, 'maxSurge' | 'maxUnavailable'>): RolloutLimits {
  return { ...limits, drainMs: 1e9, joinMs: 1e9 };
}
