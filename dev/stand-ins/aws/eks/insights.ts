import { createHash } from 'node:crypto';
import { unfitAddons } from './addons.ts';
import { now } from './response.ts';
import type { Cluster, JoinedNode } from './state.ts';

/** An upgrade insight in the form that DescribeInsight returns. */
export interface Insight {
  readonly id: string;
  readonly name: string;
  readonly category: 'UPGRADE_READINESS';
  readonly kubernetesVersion: string;
  readonly lastRefreshTime: number;
  readonly description: string;
  readonly insightStatus: Status;
  readonly recommendation: string;
  readonly resources: readonly object[];
}

interface Status {
  readonly status: 'PASSING' | 'WARNING' | 'ERROR';
  readonly reason: string;
}

/** The most minor versions that a kubelet may be older than the API server. */
const MOST_SKEW = 3;

/**
 * The insights about an upgrade of a cluster to its next version. Names and the texts of what passes are those of two
 * recordings in public repositories. Leaves out the use of deprecated APIs: 1.33 to 1.35 remove none.
 */
export function insightsOf(
  cluster: Cluster,
  next: string,
  nodes: readonly JoinedNode[],
): readonly Insight[] {
  const insight = about(cluster, next);
  const tooOld = nodes.filter(({ kubeletVersion }) => behind(next, kubeletVersion) > MOST_SKEW);
  const older = nodes.filter(({ kubeletVersion }) => behind(cluster.version, kubeletVersion) > 0);
  const unfit = unfitAddons(cluster, next);
  return [
    insight(`Deprecated APIs removed in Kubernetes v${next}`, {
      status: 'PASSING',
      reason: 'No deprecated API usage detected within the last 30 days.',
    }),
    insight(
      'Kubelet version skew',
      tooOld.length > 0
        ? { status: 'ERROR', reason: `Nodes are too old: ${namesOf(tooOld)}.` }
        : older.length > 0
          ? { status: 'WARNING', reason: `Nodes are older: ${namesOf(older)}.` }
          : {
              status: 'PASSING',
              reason: 'Node kubelet versions match the cluster control plane version.',
            },
    ),
    insight(
      'EKS add-on version compatibility',
      unfit.some((name) => name !== 'kube-proxy')
        ? { status: 'ERROR', reason: `Add-ons do not fit: ${unfit.join(', ')}.` }
        : { status: 'PASSING', reason: 'All installed EKS add-on versions are compatible.' },
    ),
  ];
}

function about(cluster: Cluster, next: string) {
  return (name: string, insightStatus: Status): Insight => ({
    id: idOf(`${cluster.arn}/${next}/${name}`),
    name,
    category: 'UPGRADE_READINESS',
    kubernetesVersion: next,
    lastRefreshTime: now(),
    description: `Checks: ${name}`,
    insightStatus,
    recommendation: 'Correct what the reason names.',
    resources: [],
  });
}

/** A UUID that is the same in each run. */
function idOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20, 32),
  ].join('-');
}

function behind(version: string, kubelet: string): number {
  const minor = (text: string) => Number(text.split('.')[1]);
  return minor(version) - minor(kubelet);
}

function namesOf(nodes: readonly JoinedNode[]): string {
  return nodes.map(({ name, kubeletVersion }) => `${name} (${kubeletVersion})`).join(', ');
}
