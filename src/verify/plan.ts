import { readFile } from 'node:fs/promises';
import type { Evidence } from '../connectivity/evaluate/evidence.ts';
import type { NodeObservation } from '../connectivity/evaluate/observation.ts';
import type { Pair } from '../connectivity/evaluate/pairs.ts';
import type { ProbeCluster } from '../connectivity/probe/cluster.ts';
import type { ProbeNetwork } from '../connectivity/probe/network.ts';
import {
  awaitNode,
  awaitNodes,
  type ChosenNodes,
  chooseNodes,
  isUsable,
} from '../connectivity/probe/placement.ts';
import type { Extras } from '../connectivity/probe/plan-extras.ts';
import {
  matrixPods,
  type ProbePod,
  probePods,
  readSampleApps,
} from '../connectivity/probe/sample-apps.ts';
import type { Clock } from '../core/clock.ts';
import { packFile } from '../core/pack-files.ts';
import type { VerifyInputs } from './inputs.ts';
import type { SettledInputs } from './settle-layout.ts';

/** The pods to run in this cluster, and what the checks need to know about them. */
export interface TestPlan {
  readonly networks: readonly ProbeNetwork[];
  readonly pods: readonly ProbePod[];
  /** All nodes to test; undefined when the layout does not choose nodes. */
  readonly nodes?: readonly NodeObservation[];
  readonly judgement: Pick<
    Evidence,
    'expectations' | 'limits' | 'maxPairs' | 'transports' | 'targets' | 'sampling' | 'chosen'
  >;
  /** What pods do besides pinging each other. */
  readonly extras: Extras;
  /** How nodes and pairs are chosen, in sentences. */
  readonly sampling: readonly string[];
  /** Whether a pair gets packets of the interface's MTU, too. */
  readonly large: (pair: Pair) => boolean;
}

interface Where {
  readonly run: string;
  /** The namespace of the pods. */
  readonly namespace: string;
  readonly cluster: ProbeCluster;
  readonly clock: Clock;
}

/** Reads the nodes, and decides which pods to run. Changes nothing. */
export async function planTest(inputs: SettledInputs, where: Where): Promise<TestPlan> {
  return inputs.layout === 'lab' ? planLab(inputs, where) : planMatrix(inputs, where);
}

async function planLab(inputs: SettledInputs, where: Where): Promise<TestPlan> {
  const { cluster, clock } = where;
  const apps = await sampleApps();
  // Each node allocates from a host-local range separately, so all pods of the lab run on one node.
  const { ownNodes, found: networks } = inputs;
  const place =
    inputs.placement === 'any'
      ? { nodes: ownNodes }
      : { node: await awaitNode(cluster, ownNodes, clock) };
  const options = { ...podOptions(inputs, where), ...place };
  return {
    networks,
    pods: probePods(apps, networks, options),
    judgement: judgementOf(inputs),
    extras: extrasOf(inputs, networks),
    sampling: [],
    large: () => false,
  };
}

async function planMatrix(inputs: SettledInputs, where: Where): Promise<TestPlan> {
  const { matrix, found: networks } = inputs;
  const [template] = await sampleApps();
  const nodes = await awaitNodes(where.cluster, matrix.nodes, where.clock);
  const chosen = chooseNodes(nodes.filter(isUsable), matrix.maxNodes);
  const options = { ...podOptions(inputs, where), podsPerNode: matrix.podsPerNode };
  return {
    networks,
    pods: matrixPods(template?.pod ?? {}, networks, chosen.nodes, options),
    nodes: [...chosen.nodes, ...nodes.filter((node) => !isUsable(node))],
    extras: extrasOf(inputs, networks),
    judgement: {
      ...judgementOf(inputs),
      limits: matrix.limits,
      maxPairs: matrix.maxPairs,
    },
    sampling: samplingRules(inputs, chosen),
    large: largeBetween(networks),
  };
}

/** Packets of one network's MTU need not fit into another network, which may give its pods a smaller one. */
export function largeBetween(networks: readonly ProbeNetwork[]): (pair: Pair) => boolean {
  const mtuOf = new Map(networks.map(({ id, mtu }) => [id, mtu]));
  return ({ source, target }) => mtuOf.get(source.network) === mtuOf.get(target.network);
}

function samplingRules({ matrix }: VerifyInputs, { rule }: ChosenNodes): readonly string[] {
  return [
    `Nodes: ${rule} (max-nodes ${matrix.maxNodes}), ${matrix.podsPerNode} pods of each network on each.`,
    `Pairs: all, or at most ${matrix.maxPairs} (max-pairs): each pod then pings the same number of others, of each network and distance in turn.`,
  ];
}

function judgementOf({ expectations, transports, targets, sampling, chosen }: VerifyInputs) {
  return { expectations, transports, targets, sampling, chosen };
}

/** Only networks whose pods find their gateways by ARP or ND have gateways that show whether they are there. */
function extrasOf(
  { transports, targets, sampling }: VerifyInputs,
  networks: readonly ProbeNetwork[],
): Extras {
  const resolving = networks.filter(({ resolves }) => resolves);
  return {
    transports,
    targets,
    sampled: sampling.networks,
    gateways: new Map(resolving.map(({ id, gateways = [] }) => [id, gateways])),
  };
}

function podOptions(
  { image, imagePullPolicy, ownNodes, transports, sampling }: VerifyInputs,
  { run, namespace }: Where,
) {
  const serves = transports.length + sampling.networks.length > 0;
  return { run, namespace, image, imagePullPolicy, serves, tolerated: ownNodes.tolerated };
}

async function sampleApps() {
  return readSampleApps(await readFile(packFile('manifests', 'sample-apps', 'lab.yaml'), 'utf8'));
}
