import { minorOf, minorsAhead, versionChange } from '../../upgrade/version-change.ts';
import { type KubernetesVersion, known } from '../facts.ts';
import { type SetUp, versionOf } from '../set-up.ts';
import { type Check, type Finding, notice, problem } from './finding.ts';

export const checkVersion: Check = {
  name: 'Kubernetes version',
  needs: ['versions'],
  find(setUp, facts) {
    const { base, cluster } = setUp.inputs;
    if (base !== undefined || cluster.given !== undefined) return [];
    const step = stepProblem(setUp);
    const versions = known(facts.versions);
    if (versions === undefined) return step;
    return [...step, ...offerProblem(setUp, versions)];
  },
};

/**
 * EKS upgrades by one minor version. Since July 2026 it can take the control plane back within seven days, but not its add-ons
 * and nodes: https://docs.aws.amazon.com/eks/latest/userguide/rollback-cluster.html
 */
function stepProblem(setUp: SetUp): readonly Finding[] {
  const change = versionChange(setUp);
  const steps = change === undefined ? 1 : minorsAhead(change.to, change.from);
  if (change === undefined || steps === undefined || steps === 1) return [];
  const { from, to } = change;
  const [what, fix] =
    steps < 0
      ? [
          'this action does not go back to an older version',
          `leave kubernetes-version out, or give ${from} or newer`,
        ]
      : ['EKS upgrades one minor version at a time', `give 1.${(minorOf(from) ?? 0) + 1} first`];
  return [problem(`kubernetes-version: the cluster is ${from}, not ${to}: ${what}`, fix)];
}

function offerProblem(setUp: SetUp, versions: readonly KubernetesVersion[]): readonly Finding[] {
  const wanted = versionOf(setUp);
  const found = versions.find(({ version }) => version === wanted);
  const offered = versions.filter(({ support }) => support !== 'none');
  const standard = offered.filter(({ support }) => support === 'standard');
  if (found === undefined || found.support === 'none') {
    // A cluster that exists stays as it is until somebody asks for another version.
    if (setUp.infra !== undefined && setUp.inputs.cluster.kubernetesVersion === undefined)
      return [];
    const ended =
      found?.extendedEnds === undefined ? '' : `; its support ended on ${day(found.extendedEnds)}`;
    return [
      problem(
        `kubernetes-version: EKS in ${setUp.inputs.region} does not offer ${wanted}${ended}`,
        `give one of ${names(offered)}, best one in standard support: ${names(standard)}`,
      ),
    ];
  }
  if (found.support === 'standard') return [];
  const until = found.extendedEnds === undefined ? '' : ` until ${day(found.extendedEnds)}`;
  return [
    notice(
      `kubernetes-version: ${wanted} is in extended support${until}, for which EKS charges several times as much`,
      `use one in standard support: ${names(standard)}`,
    ),
  ];
}

function names(versions: readonly KubernetesVersion[]): string {
  const found = versions.map(({ version }) => version);
  return found.toSorted((a, b) => minorsAhead(b, a) ?? 0).join(', ') || 'none';
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
