import type { V1DaemonSet } from '@kubernetes/client-node';
import { ClusterError } from '../github/errors.ts';
import { nameOf } from '../kubernetes/apply.ts';
import { MULTUS } from './manifest.ts';

/** What Multus's own manifests, those of AWS and older ones of other kinds give their pods. */
const LABELS = { app: 'multus', name: 'multus' } as const;

/** Where the DaemonSets are that `checkInstalled` looks at. */
export const DAEMON_SETS = `/apis/apps/v1/namespaces/${MULTUS.namespace}/daemonsets`;

/**
 * Can the Multus that a cluster has be made ours in place? It can when the DaemonSet of that name is not there, or
 * selects the same pods: all manifests that AWS has published do. Pure.
 *
 * @returns what to warn of: other DaemonSets that run Multus.
 * @throws ClusterError when the selector is another, which Kubernetes does not let change.
 */
export function checkInstalled(
  found: readonly V1DaemonSet[],
  wanted: V1DaemonSet,
): readonly string[] {
  const same = found.find(({ metadata }) => metadata?.name === MULTUS.daemonSet);
  const [theirs, ours] = [same, wanted].map(selectorOf);
  if (same !== undefined && theirs !== ours) throw otherSelector(theirs ?? '', ours ?? '');
  return found.filter((set) => set !== same && runsMultus(set)).map(warning);
}

function selectorOf(set: V1DaemonSet | undefined): string {
  const { matchLabels = {}, matchExpressions = [] } = set?.spec?.selector ?? {};
  const labels = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  const more = matchExpressions.map(({ key, operator, values = [] }) =>
    [key, operator, values.join('|')].join(' ').trim(),
  );
  return [...labels.sort(), ...more.sort()].join(', ');
}

function otherSelector(theirs: string, ours: string): ClusterError {
  const { namespace, daemonSet } = MULTUS;
  return new ClusterError({
    resource: `daemonset ${namespace}/${daemonSet}`,
    reason: `another manifest made it: it selects the pods with ${theirs}, ours those with ${ours}, and Kubernetes does not let that be changed`,
    nextStep: `remove it (kubectl -n ${namespace} delete daemonset ${daemonSet}) and run this again at once: pods that run keep their networks, pods that start meanwhile get none of them`,
  });
}

function runsMultus({ spec }: V1DaemonSet): boolean {
  const labels = spec?.template.metadata?.labels ?? {};
  return Object.entries(LABELS).some(([key, value]) => labels[key] === value);
}

function warning(set: V1DaemonSet): string {
  const { namespace } = MULTUS;
  const kind = 'DaemonSet';
  return `${nameOf({ ...set, kind })} runs Multus too. Two of them write the same file on each node, and each removes it when it ends: remove that one (kubectl -n ${namespace} delete daemonset ${set.metadata?.name})`;
}
