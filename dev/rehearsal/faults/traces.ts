import type { FaultyNode, Site } from './site.ts';

/** What nodes, cluster, EC2 and the VPC's router show, by where it is, each as lines. */
export type Traces = ReadonlyMap<string, readonly string[]>;

/** Everything of a node that a fault here changes, and more. Counters and the links of single pods are left out. */
const OF_NODE = [
  // Each boot gives the unused dummy0 another random address.
  'ip -o link | sed "s/^[0-9]*: //; s/ state [A-Z]*//; /^dummy0/s/ether [^ ]*//" | grep -v "^veth" | sort',
  'ip -o address | grep -v " veth" | sed "s/^[0-9]*: //; s/ *valid_lft.*//" | sort',
  'ip route | grep -v " veth" | sort',
  'ip rule',
  'tc qdisc | grep -v " veth" | sed "s/qdisc \\([^ ]*\\) [0-9a-f]*:/qdisc \\1/"',
  'iptables -S | grep -v -E "KUBE-|CNI-"',
  // Multus's access to the API server has a new token when it starts again.
  'find /etc/cni -type f ! -name "*.kubeconfig" -exec md5sum {} + | sort -k2',
  'find /opt/cni/bin -type f -printf "%p %s\\n" | sort',
  'find /run/cni/multus /var/lib/cni/networks -type f -name "[0-9]*" 2>/dev/null | sort',
  // A node that has booted again has other files in /run, but none of these.
  'ls /run/eth1.json /run/eth1.routes /run/00-multus.conf /run/01-multus-guard.conf /run/conntrack /run/ports /run/policies.pid /var/fill 2>/dev/null || :',
  'ctr -n k8s.io images ls -q | sort',
  'cd /proc/sys/net/netfilter; grep -H . nf_conntrack_max nf_conntrack_udp_timeout',
  'date "+clock %s"',
].join('\n');

/** Reads everything that the faults here change. Two readings of a healthy environment are alike. */
export async function readTraces(site: Site): Promise<Traces> {
  const { kubectl, near, far, inVpc } = site;
  const nodes = [near, far].map(async (node) => [node.name, await nodeLines(site, node)] as const);
  const cluster = [
    kubectl('get', 'network-attachment-definitions,namespaces', '-A', '-o', 'name'),
    kubectl(
      'get',
      'pods',
      '-A',
      '-o',
      'custom-columns=N:.metadata.namespace,A:.metadata.labels.app',
    ),
    kubectl(
      'get',
      'nodes',
      '-o',
      'jsonpath={range .items[*]}{.metadata.labels}{.spec.taints}{"\\n"}{end}',
    ),
    kubectl('get', 'daemonsets', '-A', '-o', 'jsonpath={range .items[*]}{.spec}{"\\n"}{end}'),
  ];
  return new Map([
    ...(await Promise.all(nodes)),
    ['cluster', (await Promise.all(cluster)).flatMap(linesOf)],
    ['EC2', [await site.ec2Text()]],
    ['router', linesOf(await inVpc('nft', 'list', 'tables'))],
  ]);
}

/** A clock that is off by seconds is as good as the runner's. */
async function nodeLines({ onNode }: Site, node: FaultyNode): Promise<readonly string[]> {
  const lines = linesOf(await onNode(node, OF_NODE));
  return lines.map((line) => {
    const [, seconds] = /^clock (\d+)$/.exec(line) ?? [];
    if (seconds === undefined) return line;
    return Math.abs(Number(seconds) - Date.now() / 1000) < 30 ? 'clock right' : line;
  });
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

/** The lines that are new (`+`) or gone (`-`). Empty when nothing is left behind. Pure. */
export function newTraces(before: Traces, after: Traces): readonly string[] {
  return [...before].flatMap(([place, lines]) => {
    const now = after.get(place) ?? [];
    const gone = lines.filter((line) => !now.includes(line)).map((line) => `- ${line}`);
    const added = now.filter((line) => !lines.includes(line)).map((line) => `+ ${line}`);
    return [...gone, ...added].map((line) => `${place}: ${line}`);
  });
}
