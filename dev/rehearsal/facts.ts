import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../tools/process.ts';
import type { Finding } from '../tools/table.ts';

interface KubernetesList<Item> {
  readonly items: readonly Item[];
}
interface Named {
  readonly metadata: { readonly name: string };
}
interface Node extends Named {
  readonly status: { readonly conditions?: readonly { type: string; status: string }[] };
}
interface Pod extends Named {
  readonly spec: { readonly nodeName?: string };
}
interface DaemonSet {
  readonly status: {
    readonly desiredNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberAvailable?: number;
  };
}

/** Runs kubectl against the lab's cluster and returns its output. */
export type Kubectl = (...args: readonly string[]) => Promise<string>;

export function kubectlFor(program: string, kubeconfig: string): Kubectl {
  return (...args) => run(program, ['--kubeconfig', kubeconfig, ...args]);
}

/** The expected state of a cluster. */
export interface ClusterFacts {
  readonly nodes: number;
  /** Multus interfaces of each node: eth1, eth2, … */
  readonly interfaces: number;
  /** Names of NetworkAttachmentDefinitions. */
  readonly networks: readonly string[];
  /** Whether others have nodes in the cluster, which do not count. */
  readonly besideOthers?: boolean;
}

/** Checks nodes, their interfaces as each kernel shows them, Multus and the NADs. */
export async function clusterFindings(
  kubectl: Kubectl,
  wanted: ClusterFacts,
): Promise<readonly Finding[]> {
  const get = async <T>(...what: string[]) =>
    JSON.parse(await kubectl('get', ...what, '-o', 'json')) as T;
  const ours = wanted.besideOthers === true ? ['-l', 'eks-multus-actions/environment'] : [];
  const nodes = await get<KubernetesList<Node>>('nodes', ...ours);
  const multusPods = await get<KubernetesList<Pod>>(
    'pods',
    '-n',
    'kube-system',
    '-l',
    'name=multus',
  );
  const interfaces = await Promise.all(
    multusPods.items.map(async (pod) => {
      const listing = await kubectl(
        'exec',
        '-n',
        'kube-system',
        pod.metadata.name,
        '--',
        'ls',
        '/sys/class/net',
      );
      return [pod.spec.nodeName ?? '', ethernetNames(listing)] as const;
    }),
  );
  const daemonSet = await get<DaemonSet>('daemonset', '-n', 'kube-system', 'kube-multus-ds');
  const nads = await get<KubernetesList<Named>>('network-attachment-definitions', '-A');
  return [
    nodesFinding(nodes.items, new Map(interfaces), wanted),
    multusFinding(daemonSet, wanted.nodes),
    namesFinding('Networks', nads.items, wanted.networks),
  ];
}

function ethernetNames(listing: string): readonly string[] {
  return listing
    .split(/\s+/)
    .filter((name) => /^eth\d+$/.test(name))
    .sort();
}

/** Checks that these nodes are Ready and that each has eth0, eth1, eth2, …. Pure. */
export function nodesFinding(
  nodes: readonly Node[],
  interfaces: ReadonlyMap<string, readonly string[]>,
  wanted: Pick<ClusterFacts, 'nodes' | 'interfaces'>,
): Finding {
  const all = Array.from({ length: wanted.interfaces + 1 }, (_, n) => `eth${n}`).join(' ');
  const ready = nodes.filter((node) =>
    node.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
  );
  const lines = nodes.map(({ metadata }) => {
    const names = interfaces.get(metadata.name) ?? [];
    return `${metadata.name}: ${names.length === 0 ? 'interfaces unknown' : names.join(' ')}`;
  });
  const complete = nodes.every(({ metadata }) => interfaces.get(metadata.name)?.join(' ') === all);
  return {
    what: 'Nodes',
    found: [`${ready.length} Ready`, ...lines].join('\n'),
    ok: ready.length === wanted.nodes && nodes.length === wanted.nodes && complete,
  };
}

/** Checks that Multus runs on every node. Pure. */
export function multusFinding({ status }: DaemonSet, wanted: number): Finding {
  const { desiredNumberScheduled: desired = 0, updatedNumberScheduled: updated = 0 } = status;
  const available = status.numberAvailable ?? 0;
  return {
    what: 'Multus',
    found: `kube-multus-ds rolled out on ${available} of ${desired} nodes`,
    ok: desired === wanted && updated === wanted && available === wanted,
  };
}

function namesFinding(what: string, items: readonly Named[], wanted: readonly string[]): Finding {
  const names = items.map(({ metadata }) => metadata.name).sort();
  return {
    what,
    found: `${names.length} NetworkAttachmentDefinitions: ${names.join(', ')}`,
    ok: names.join() === [...wanted].sort().join(),
  };
}

/**
 * Checks the authenticator's log: it must refuse nodes at first and admit them after the change of aws-auth.
 */
export function admissionFinding(logFolder: string): Finding {
  return admission(readFileSync(join(logFolder, 'authenticator.log'), 'utf8'));
}

/** The pure part of {@link admissionFinding}: the order of refusals and admissions of node roles. */
export function admission(log: string): Finding {
  const lines = log.split('\n').filter((line) => /NodeRole/i.test(line));
  const refused = lines.findIndex((line) => /access denied|not mapped/i.test(line));
  const admitted = lines.findIndex((line) => /access granted/i.test(line));
  return {
    what: 'Node admission',
    found: `refused before aws-auth mapped the role: ${yes(refused >= 0)}; admitted after: ${yes(admitted > refused)}`,
    ok: refused >= 0 && admitted > refused,
  };
}

function yes(condition: boolean): string {
  return condition ? 'yes' : 'no';
}
