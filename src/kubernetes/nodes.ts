import type { V1Node } from '@kubernetes/client-node';
import type { Clock } from '../core/clock.ts';
import { ClusterError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { until } from '../core/retry.ts';
import type { Connection } from './connection.ts';

export interface NodeState {
  readonly name: string;
  readonly ready: boolean;
  /** The kubelet's reason when the node is not ready. */
  readonly reason: string;
  readonly zone: string;
  readonly address: string;
  readonly version: string;
}

/** The state of a node. Pure. */
export function nodeState(node: V1Node): NodeState {
  const condition = node.status?.conditions?.find(({ type }) => type === 'Ready');
  const ready = condition?.status === 'True';
  const addresses = node.status?.addresses ?? [];
  return {
    name: node.metadata?.name ?? '',
    ready,
    reason: ready ? '' : (condition?.message ?? 'its kubelet has not reported yet'),
    zone: node.metadata?.labels?.['topology.kubernetes.io/zone'] ?? '',
    address: addresses.find(({ type }) => type === 'InternalIP')?.address ?? '',
    version: node.status?.nodeInfo?.kubeletVersion ?? '',
  };
}

/** The DaemonSets of Multus and of the VPC CNI do not run on nodes of these types. */
const WITHOUT_VPC_CNI: ReadonlySet<string> = new Set(['fargate', 'hybrid', 'auto']);

/** The compute type of a node on which EKS runs no VPC CNI; undefined for all others. Pure. */
export function typeWithoutVpcCni({ metadata }: V1Node): string | undefined {
  const type = metadata?.labels?.['eks.amazonaws.com/compute-type'] ?? '';
  return WITHOUT_VPC_CNI.has(type) ? type : undefined;
}

/** Why a node is missing or unusable, and the next step. */
export interface NodeFinding {
  readonly what: string;
  readonly nextStep: string;
}

export interface NodeWait {
  readonly expected: number;
  /** Only nodes with this label (`key=value`) count; all of the cluster when not given. */
  readonly labelSelector?: string;
  /** True for nodes that do not count. */
  readonly leftOut?: (node: V1Node) => boolean;
  /** Called at the deadline: what is known beyond the nodes themselves. */
  readonly explain?: (nodes: readonly V1Node[]) => Promise<readonly NodeFinding[]>;
  readonly deadline: number;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Waits until at least `expected` nodes are Ready; every change becomes a line in the log.
 *
 * @returns all nodes that count, in name order.
 * @throws ClusterError that says how many nodes there are and what the others say.
 */
export async function awaitNodes(
  connection: Connection,
  wait: NodeWait,
): Promise<readonly NodeState[]> {
  let logged = '';
  let items: readonly V1Node[] = [];
  let nodes: readonly NodeState[] = [];
  const found = await until(async () => {
    const { labelSelector, leftOut = () => false } = wait;
    const selected = labelSelector === undefined ? {} : { labelSelector };
    const found = await connection.api.list<V1Node>('/api/v1/nodes', selected);
    items = found.filter((node) => !leftOut(node));
    nodes = items.map(nodeState).toSorted((a, b) => a.name.localeCompare(b.name));
    const line = progress(nodes, wait.expected);
    if (line !== logged) wait.log.info(line);
    logged = line;
    return nodes.filter(({ ready }) => ready).length >= wait.expected ? nodes : undefined;
  }, wait);
  if (found !== undefined) return found;
  const findings = (await wait.explain?.(items)) ?? [];
  throw notReady(connection.cluster, nodes, wait.expected, findings);
}

function progress(nodes: readonly NodeState[], expected: number): string {
  const ready = nodes.filter((node) => node.ready);
  const rest = nodes.filter((node) => !node.ready).map(({ name, reason }) => `${name}: ${reason}`);
  return [
    `${ready.length} of ${expected} nodes Ready${ready.length === 0 ? '' : ` (${ready.map(({ name }) => name).join(', ')})`}`,
    ...rest,
  ].join('\n  ');
}

function notReady(
  cluster: string,
  nodes: readonly NodeState[],
  expected: number,
  findings: readonly NodeFinding[],
): ClusterError {
  const ready = nodes.filter((node) => node.ready).length;
  const waiting = nodes.filter((node) => !node.ready);
  const reasons = waiting.map(({ name, reason }) => `${name}: ${reason}`).join('; ');
  const unexplained = findings.length === 0;
  const general =
    unexplained || waiting.length > 0
      ? [generalAdvice(unexplained && nodes.length < expected)]
      : [];
  const facts = findings.map(({ what }) => `; ${what}`).join('');
  return new ClusterError({
    resource: `nodes of cluster ${cluster}`,
    reason: `${ready} of ${expected} expected nodes are Ready, ${nodes.length} have joined${reasons === '' ? '' : ` (${reasons})`}${facts}`,
    nextStep: [...new Set([...findings.map(({ nextStep }) => nextStep), ...general])].join('; '),
  });
}

/** For nodes that nothing more is known about. */
function generalAdvice(missing: boolean): string {
  return missing
    ? "a node joins when its instance is InService in the Auto Scaling group and its role is mapped: look at the group's activities and lifecycle hook, then check node-role-arns and authentication (aws-auth or an access entry of type EC2_LINUX). A node whose networks failed starts no kubelet: aws ec2 get-console-output says why, in lines that begin with multus-interfaces:"
    : 'look at the reasons above; "cni plugin not initialized" means that the VPC CNI (aws-node) does not run on the node yet, or, with pods-wait-for-multus, Multus does not';
}
