import { ADDON_PARAMETERS } from '../../upgrade/addon-versions.ts';
import { minorsAhead, versionChange } from '../../upgrade/version-change.ts';
import { type Insight, known } from '../facts.ts';
import { type Check, type Finding, notice, problem } from './finding.ts';

/**
 * The most minor versions that a kubelet may be older than the API server, since 1.28:
 * https://kubernetes.io/releases/version-skew-policy/#kubelet
 */
const MOST_SKEW = 3;

/** What EKS itself has found out about the cluster, such as programs that call an API which the new version lacks. */
export const checkInsights: Check = {
  name: 'Upgrade insights of EKS',
  needs: ['insights'],
  find({ inputs }, facts) {
    const insights = known(facts.insights) ?? [];
    return insights.flatMap((one) => insightFinding(one, inputs.cluster.acceptedInsights));
  },
};

function insightFinding(insight: Insight, accepted: readonly string[]): readonly Finding[] {
  const { concerns, id, name, recommendation, reason, status } = insight;
  if (status === 'PASSING') return [];
  const what = [reason, ...concerns].filter((text) => text !== '').join('; ');
  const text = `EKS insight "${name}" is ${status}: ${what}`;
  const fix =
    recommendation === '' ? 'do what the insight recommends in the console of EKS' : recommendation;
  if (status !== 'ERROR') return [notice(text, fix)];
  if (accepted.includes(id)) return [notice(`${text} (accepted by accept-insights)`, fix)];
  return [
    problem(
      text,
      `${fix} EKS looks again once a day, or after \`aws eks start-insights-refresh\`. To upgrade all the same, give accept-insights: ${id}`,
    ),
  ];
}

/** Nodes whose kubelet the new control plane would not support. */
export const checkKubelets: Check = {
  name: 'Versions of nodes',
  needs: ['kubelets'],
  find(setUp, facts) {
    const change = versionChange(setUp);
    const kubelets = known(facts.kubelets) ?? [];
    if (change === undefined) return [];
    const tooOld = kubelets.filter(
      ({ version }) => (minorsAhead(change.to, version) ?? 0) > MOST_SKEW,
    );
    if (tooOld.length === 0) return [];
    const names = tooOld.map(({ node, version }) => `${node} (${version})`).join(', ');
    return [
      problem(
        `kubernetes-version: with ${change.to}, these nodes are more than ${MOST_SKEW} minor versions older than the control plane: ${names}`,
        `replace them first: deploy with rollout: auto and kubernetes-version: ${change.from}`,
      ),
    ];
  },
};

/** Add-ons for which EKS offers no version that fits the new one, or that somebody else has to update. */
export const checkAddons: Check = {
  name: 'Add-ons',
  needs: ['addons'],
  find(setUp, facts) {
    const change = versionChange(setUp);
    if (change === undefined) return [];
    return (known(facts.addons) ?? []).flatMap(({ name, version, offered }): readonly Finding[] => {
      const names = offered.map((one) => one.version);
      if (names.includes(version)) return [];
      const isOurs = ADDON_PARAMETERS[name] !== undefined;
      if (isOurs && offered.some(({ isDefault }) => isDefault)) return [];
      const text = `add-on ${name} is ${version}, which EKS does not offer for ${change.to}`;
      return isOurs
        ? [problem(text, `wait until EKS offers it for ${change.to} in ${setUp.inputs.region}`)]
        : [
            notice(
              text,
              names.length === 0
                ? 'see whether its makers support the new version'
                : `update it yourself, to one of ${names.join(', ')}; this action updates only ${Object.keys(ADDON_PARAMETERS).join(', ')}`,
            ),
          ];
    });
  },
};
