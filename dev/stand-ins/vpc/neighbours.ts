import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Ec2State, exists, subnetOf } from './ec2-state.ts';
import { IPV6 } from './families.ts';
import { tapOf } from './plan.ts';

/** What a VPC answers to the solicitations of one interface: see neighbours.py. */
export interface NeighbourLink {
  readonly mac: string;
  /** The addresses and prefixes that it may ask from. */
  readonly own: readonly string[];
  /** Whether it may ask from any address, as its source check is off. */
  readonly free: boolean;
  /** The IPv6 block of its subnet. */
  readonly subnet: string;
  /** The addresses and prefixes of the other interfaces in the subnet. */
  readonly neighbours: readonly string[];
}

export type NeighbourPlan = Readonly<Record<string, NeighbourLink>>;

/** The links of all attached interfaces in subnets with an IPv6 block, by the names of their taps. Pure. */
export function planNeighbours(state: Ec2State): NeighbourPlan {
  const alive = new Set(state.instances.filter(exists).map(({ id }) => id));
  const attached = state.networkInterfaces.filter(
    ({ attachment }) => attachment !== undefined && alive.has(attachment.instanceId),
  );
  const entries = attached.flatMap((eni) => {
    const { id, ipv6Cidr: subnet } = subnetOf(state, eni);
    if (subnet === undefined) return [];
    const others = attached.filter((one) => one.subnetId === id && one.id !== eni.id);
    const link: NeighbourLink = {
      mac: eni.mac,
      own: IPV6.ownOf(eni),
      free: !eni.sourceDestCheck,
      subnet,
      neighbours: others.flatMap(IPV6.ownOf),
    };
    return [[tapOf(eni.id), link] as const];
  });
  return Object.fromEntries(entries);
}

/** The program that answers the solicitations of machines, in this network namespace. It runs while there is something to answer. */
export interface NeighbourAnswers {
  /** Resolves when answers go by the plan. */
  follow(plan: NeighbourPlan): Promise<void>;
  stop(): Promise<void>;
}

export function createNeighbourAnswers(): NeighbourAnswers {
  let running: ChildProcess | undefined;
  let lines: AsyncIterator<string> | undefined;
  let told = '{}';
  const start = () => {
    const child = spawn('python3', ['-u', join(import.meta.dirname, 'neighbours.py')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin?.on('error', () => {});
    child.once('exit', () => {
      if (running === child) running = undefined;
    });
    running = child;
    told = '{}';
    if (child.stdout !== null) {
      lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    }
  };
  return {
    async follow(plan) {
      const wanted = JSON.stringify(plan);
      if (running === undefined && wanted === '{}') return;
      if (running === undefined) start();
      if (wanted === told) return;
      running?.stdin?.write(`${wanted}\n`);
      const answer = await lines?.next();
      if (answer?.done !== false) throw new Error('the program that answers for neighbours ended');
      told = wanted;
    },
    async stop() {
      const child = running;
      if (child === undefined) return;
      running = undefined;
      child.stdin?.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}
