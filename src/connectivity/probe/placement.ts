import type { V1Node, V1Pod } from '@kubernetes/client-node';
import type { Clock } from '../../core/clock.ts';
import { ClusterError } from '../../core/errors.ts';
import { until } from '../../core/retry.ts';
import { ENVIRONMENT_LABEL, isGuest } from '../../environment/shared-cluster.ts';
import { isTolerated, keepsPodsAway, type Taint } from '../../environment/taints.ts';
import { nodeState, typeWithoutVpcCni } from '../../kubernetes/nodes.ts';
import { isReady, podTrouble } from '../../kubernetes/pods.ts';
import type { NodeObservation, NodeTrouble } from '../evaluate/observation.ts';
import type { ProbeCluster } from './cluster.ts';

/**
 * Decides which nodes can take test pods, sorted by name. A usable node is Ready, schedulable, and has a Ready pod of
 * Multus. When no pod of Multus is found, it may run under another name, and nodes are not checked for it. Pure.
 *
 * @param tolerated the taints that the test pods tolerate
 */
export function judgeNodes(
  nodes: readonly V1Node[],
  multusPods: readonly V1Pod[],
  tolerated: readonly Taint[] = [],
): readonly NodeObservation[] {
  const byNode = Map.groupBy(multusPods, ({ spec }) => spec?.nodeName ?? '');
  return nodes
    .toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)))
    .map((node) =>
      judge(
        node,
        multusPods.length === 0 ? undefined : multusTrouble(byNode.get(nameOf(node)) ?? []),
        tolerated,
      ),
    );
}

/** Why Multus does not run on a node with these pods of its DaemonSet; undefined when it does. */
function multusTrouble(pods: readonly V1Pod[]): string | undefined {
  if (pods.some(isReady)) return undefined;
  const [why] = pods.flatMap((pod) => podTrouble(pod)?.text ?? []);
  return why === undefined ? 'Multus is not Ready on it' : `Multus is not Ready on it: ${why}`;
}

/** True when the node can take test pods. */
export function isUsable({ trouble, leftOut }: NodeObservation): boolean {
  return trouble === undefined && leftOut === undefined;
}

/** Which nodes may have test pods. */
export interface NodeChoice {
  /** Labels that a node must have, each with its value; all nodes when there are none. */
  readonly labels: Readonly<Record<string, string>>;
  /** The environment that owns the cluster. Nodes of other environments are not tested unless the labels select them. */
  readonly host?: string;
  /** The taints that test pods tolerate: those of the environment's node groups. None when absent. */
  readonly tolerated?: readonly Taint[];
}

/** A node that has just become Ready keeps its taint for some seconds. */
const PATIENCE_MS = 30_000;

/**
 * The first usable node, for pods that must run on one node.
 *
 * @throws ClusterError with the reason for each node when none is usable.
 */
export async function awaitNode(
  cluster: ProbeCluster,
  choice: NodeChoice,
  clock: Clock,
): Promise<string> {
  let verdicts: readonly NodeObservation[] = [];
  const chosen = await until(
    async () => {
      const [nodes, multusPods] = await Promise.all([cluster.nodes(), cluster.multusPods()]);
      verdicts = judgeNodes(nodes.filter(isChosenBy(choice)), multusPods, choice.tolerated);
      return verdicts.find(isUsable);
    },
    { clock, deadline: clock.now() + PATIENCE_MS, everyMs: 1000 },
  );
  if (chosen !== undefined) return chosen.name;
  throw noUsableNode(verdicts, choice);
}

/**
 * The nodes that match a selector, each with the reason why it is not usable. Waits half a minute for nodes that are
 * not ready yet.
 *
 * @throws ClusterError with the reason for each node when all are left out.
 */
export async function awaitNodes(
  cluster: ProbeCluster,
  choice: NodeChoice,
  clock: Clock,
): Promise<readonly NodeObservation[]> {
  let judged: readonly NodeObservation[] = [];
  await until(
    async () => {
      const [nodes, multusPods] = await Promise.all([cluster.nodes(), cluster.multusPods()]);
      judged = judgeNodes(nodes.filter(isChosenBy(choice)), multusPods, choice.tolerated);
      return judged.length > 0 && judged.every(({ trouble }) => trouble === undefined)
        ? true
        : undefined;
    },
    { clock, deadline: clock.now() + PATIENCE_MS, everyMs: 1000 },
  );
  if (judged.every(({ leftOut }) => leftOut !== undefined)) throw noUsableNode(judged, choice);
  return judged;
}

function noUsableNode(nodes: readonly NodeObservation[], { labels }: NodeChoice): ClusterError {
  const reasons = nodes.map(({ name, trouble, leftOut }) => `${name}: ${trouble?.text ?? leftOut}`);
  return new ClusterError({
    resource: 'nodes for the sample pods',
    reason:
      reasons.length === 0 ? `the cluster has no node${labelled(labels)}` : reasons.join('; '),
    nextStep:
      reasons.length === 0
        ? 'wake the environment if it sleeps (a deploy does, and so does sleep.yml with turn: wake), or deploy it with nodes; then verify again'
        : 'make a node Ready with Multus on it (configure-multus waits for both), then verify again',
  });
}

function labelled(labels: NodeChoice['labels']): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? '' : ` with the label ${pairs.join(', ')}`;
}

function isChosenBy({ labels, host }: NodeChoice) {
  const wanted = Object.entries(labels);
  const guests = host === undefined || ENVIRONMENT_LABEL in labels;
  return (node: V1Node) =>
    wanted.every(([key, value]) => node.metadata?.labels?.[key] === value) &&
    (guests || !isGuest(node, host));
}

function judge(
  node: V1Node,
  withoutMultus: string | undefined,
  tolerated: readonly Taint[],
): NodeObservation {
  const { name, zone, ready, reason } = nodeState(node);
  const place = { name, ...(zone === '' ? {} : { zone }) };
  const trouble = (kind: NodeTrouble, text: string) => ({
    ...place,
    trouble: { kind, text },
  });
  if (!ready) return trouble('not-ready', `not Ready (${reason})`);
  const pressure = node.status?.conditions?.find(
    ({ type, status }) => type.endsWith('Pressure') && status === 'True',
  );
  if (pressure !== undefined) {
    return trouble('pressure', `${pressure.type}: ${pressure.message ?? pressure.reason ?? ''}`);
  }
  if (node.spec?.unschedulable === true) return { ...place, leftOut: 'cordoned' };
  const taint = node.spec?.taints?.find(
    (one) => keepsPodsAway(one) && !isTolerated(one, tolerated),
  );
  if (taint !== undefined) {
    const text = `tainted ${taint.key}:${taint.effect}`;
    return PASSING_TAINT.test(taint.key) ? trouble('not-ready', text) : { ...place, leftOut: text };
  }
  if (withoutMultus === undefined) return place;
  const type = typeWithoutVpcCni(node);
  return type === undefined
    ? trouble('multus-down', withoutMultus)
    : { ...place, leftOut: `of compute type ${type}, where Multus does not run` };
}

/** Taints that Kubernetes itself puts on a node that is starting. */
const PASSING_TAINT =
  /^node(\.cloudprovider)?\.kubernetes\.io\/(not-ready|unreachable|network-unavailable|uninitialized)$/;

function nameOf(node: V1Node): string {
  return node.metadata?.name ?? '';
}

/** The nodes that get test pods, and the rule that chose them, as a sentence. */
export interface ChosenNodes {
  readonly nodes: readonly NodeObservation[];
  readonly rule: string;
}

/** Chooses at most `most` nodes, from each zone in turn, by name. Pure. */
export function chooseNodes(nodes: readonly NodeObservation[], most: number): ChosenNodes {
  const zones = [...Map.groupBy(nodes, ({ zone }) => zone ?? '').entries()].toSorted(byName);
  if (nodes.length <= most) {
    return { nodes, rule: `all ${nodes.length} usable nodes in ${countZones(zones.length)}` };
  }
  const longest = Math.max(0, ...zones.map(([, own]) => own.length));
  const inTurn = Array.from({ length: longest }, (_, turn) =>
    zones.flatMap(([, own]) => own[turn] ?? []),
  ).flat();
  const rule = `${most} of ${nodes.length} usable nodes in ${countZones(zones.length)}: from each zone in turn, by name`;
  return { nodes: inTurn.slice(0, most), rule };
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one.localeCompare(other);
}

function countZones(count: number): string {
  return count === 1 ? 'one zone' : `${count} zones`;
}
