import { type KubernetesVersion, known } from '../facts.ts';
import { type SetUp, versionOf } from '../set-up.ts';
import { type Check, type Finding, notice, problem } from './finding.ts';

export const checkVersion: Check = {
  name: 'Kubernetes version',
  needs: ['versions'],
  find(setUp, facts) {
    if (setUp.inputs.base !== undefined) return [];
    const step = stepProblem(setUp);
    const versions = known(facts.versions);
    if (versions === undefined) return step;
    return [...step, ...offerProblem(setUp, versions)];
  },
};

/** EKS upgrades by one minor version, and never back. */
function stepProblem(setUp: SetUp): readonly Finding[] {
  const present = setUp.infra?.parameters['KubernetesVersion'];
  const wanted = versionOf(setUp);
  if (present === undefined || present === wanted) return [];
  const steps = minorOf(wanted) - minorOf(present);
  if (steps === 1) return [];
  const [what, fix] =
    steps < 0
      ? ['EKS does not go back', `leave kubernetes-version out, or give ${present} or newer`]
      : ['EKS upgrades one minor version at a time', `give 1.${minorOf(present) + 1} first`];
  return [problem(`kubernetes-version: the cluster is ${present}, not ${wanted}: ${what}`, fix)];
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
  return found.toSorted((a, b) => minorOf(b) - minorOf(a)).join(', ') || 'none';
}

function minorOf(version: string): number {
  return Number(version.split('.')[1]);
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
