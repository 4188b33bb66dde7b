import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUSYBOX_IMAGE } from '../../stand-ins/instance/image/container-images.ts';
import { exists } from '../../stand-ins/vpc/ec2-state.ts';
import type { Finding } from '../../tools/table.ts';
import { uniqueFinding } from '../fixtures/address-facts.ts';
import type { Made } from '../fixtures/fixture.ts';
import { awaitNodes, readNodes } from '../fixtures/nodes.ts';
import { awaitPods, type Pod, readPods } from '../fixtures/pods.ts';
import { interfacesFinding, looseInterfaces } from '../fixtures/steady.ts';
import { RUN_FOLDER } from '../run-folder.ts';

const APP = 'worker';
const REPLICAS = 4;
/** How many pods the PodDisruptionBudget allows to be missing. */
const MISSING = 1;
const WITHIN_MS = 400_000;
/** What a node may take beside the boot of its successor. */
const MINUTES_BESIDE_BOOT = 3;

/** What a rollout works on. */
interface Rolled {
  /** The names of the networks that the workload's pods get. */
  readonly networks: readonly string[];
  /** How many nodes there are before and after it. */
  readonly count: number;
  /** Replaces all nodes. */
  readonly replace: () => Promise<unknown>;
}

/**
 * Watches a workload of pods on all networks, with a PodDisruptionBudget, while all nodes are replaced.
 *
 * @returns whether all nodes are new, whether the budget held, whose addresses were doubled, and how long it took.
 */
export async function watchedRollout(
  made: Made,
  { networks, count, replace }: Rolled,
): Promise<readonly Finding[]> {
  const { kubectl } = made;
  const before = await awaitNodes(kubectl, count, WITHIN_MS);
  const loose = looseInterfaces(await made.world.ec2State());
  await startWorkload(made, networks);
  await awaitPods(kubectl, APP, allReady, WITHIN_MS);
  const watch = watchRollout(made);
  await replace();
  const seen = await watch.stop();
  const old = new Set(before.map(({ instanceId }) => instanceId));
  const after = await awaitNodes(kubectl, count, WITHIN_MS);
  const left = after.filter(({ instanceId }) => old.has(instanceId));
  const pods = await awaitPods(kubectl, APP, allReady, WITHIN_MS);
  return [
    {
      what: 'New nodes',
      found: `${after.length - left.length} of ${count} nodes are new`,
      ok: left.length === 0,
    },
    budgetFinding(seen),
    { what: 'Addresses at every look', found: sharedText(seen), ok: seen.shared.length === 0 },
    uniqueFinding(pods, networks.length),
    timeFinding(seen, count),
    interfacesFinding(await made.world.ec2State(), count * networks.length, loose),
  ];
}

function allReady(pods: readonly Pod[]): boolean {
  return pods.length === REPLICAS && pods.every(({ ready }) => ready);
}

async function startWorkload({ kubectl }: Made, networks: readonly string[]): Promise<void> {
  const labels = { app: APP };
  const pod = {
    name: 'pod',
    image: BUSYBOX_IMAGE,
    imagePullPolicy: 'IfNotPresent',
    command: ['sleep', 'infinity'],
  };
  const items = [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: APP },
      spec: {
        replicas: REPLICAS,
        selector: { matchLabels: labels },
        template: {
          metadata: {
            labels,
            annotations: { 'k8s.v1.cni.cncf.io/networks': networks.join(',') },
          },
          spec: { terminationGracePeriodSeconds: 1, containers: [pod] },
        },
      },
    },
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: APP },
      spec: { maxUnavailable: MISSING, selector: { matchLabels: labels } },
    },
  ];
  const file = join(RUN_FOLDER, `${APP}.json`);
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  await kubectl('apply', '-f', file);
}

/** What a look every second has seen during a rollout. Times are in milliseconds since 1970. */
interface Seen {
  looks: number;
  fewestReady: number;
  /** Addresses that two pods had at the same time. */
  readonly shared: string[];
  /** When each new instance was first seen, and when it was a Ready node. */
  readonly launched: Map<string, number>;
  readonly ready: Map<string, number>;
  /** When the last old instance was gone. */
  ended: number | undefined;
}

function watchRollout(made: Made): { stop(): Promise<Seen> } {
  const seen: Seen = {
    looks: 0,
    fewestReady: REPLICAS,
    shared: [],
    launched: new Map(),
    ready: new Map(),
    ended: undefined,
  };
  let running = true;
  let old: ReadonlySet<string> | undefined;
  const loop = (async () => {
    while (running) {
      old ??= new Set(await aliveInstances(made));
      await look(made, old, seen).catch((error: unknown) => console.error(error));
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  })();
  return {
    async stop() {
      running = false;
      await loop;
      return seen;
    },
  };
}

async function aliveInstances({ world }: Made): Promise<readonly string[]> {
  const { instances } = await world.ec2State();
  return instances.filter(exists).map(({ id }) => id);
}

async function look(made: Made, old: ReadonlySet<string>, seen: Seen): Promise<void> {
  const [alive, nodes, pods] = await Promise.all([
    aliveInstances(made),
    readNodes(made.kubectl),
    readPods(made.kubectl, APP),
  ]);
  const now = Date.now();
  seen.looks += 1;
  seen.fewestReady = Math.min(seen.fewestReady, pods.filter(({ ready }) => ready).length);
  const held = pods
    .filter(({ ready }) => ready)
    .flatMap(({ addresses }) => [...addresses.values()]);
  seen.shared.push(...held.filter((address, index) => held.indexOf(address) !== index));
  for (const id of alive) if (!old.has(id) && !seen.launched.has(id)) seen.launched.set(id, now);
  for (const { instanceId, ready } of nodes) {
    const isNew = seen.launched.has(instanceId) && !seen.ready.has(instanceId);
    if (isNew && ready) seen.ready.set(instanceId, now);
  }
  if (alive.every((id) => !old.has(id))) seen.ended ??= now;
}

function budgetFinding({ fewestReady, looks }: Seen): Finding {
  return {
    what: 'PodDisruptionBudget',
    found: `at least ${fewestReady} of ${REPLICAS} pods Ready in ${looks} looks, ${REPLICAS - MISSING} are demanded`,
    ok: looks > 0 && fewestReady >= REPLICAS - MISSING,
  };
}

function sharedText({ looks, shared }: Seen): string {
  return `${shared.length} addresses on two pods at a time, in ${looks} looks`;
}

/** The time of the rollout beside the boots of the new nodes, for each node. Pure. */
function timeFinding({ ended, launched, ready }: Seen, count: number): Finding {
  const began = Math.min(...launched.values());
  const boots = [...ready].map(([id, at]) => at - (launched.get(id) ?? at));
  const booting = boots.reduce((sum, ms) => sum + ms, 0);
  const total = (ended ?? Number.POSITIVE_INFINITY) - began;
  const each = (total - booting) / count;
  const seconds = (ms: number) => `${Math.round(ms / 1000)} s`;
  return {
    what: 'Time for each node',
    found: `${seconds(each)} beside its boot (${count} nodes in ${seconds(total)}, of which boots ${seconds(booting)})`,
    ok: boots.length >= count && each <= MINUTES_BESIDE_BOOT * 60_000,
  };
}
