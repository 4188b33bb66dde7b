import {
  DescribeAddonCommand,
  DescribeInsightCommand,
  type EKSClient,
  type Insight as EksInsight,
  type InsightSummary,
  paginateDescribeAddonVersions,
  paginateListAddons,
  paginateListInsights,
} from '@aws-sdk/client-eks';
import type { Insight } from '../preflight/facts.ts';
import type { Addon, OfferedVersion } from './addon-versions.ts';

/** The questions to EKS about a cluster that exists. */
export interface ClusterQuestions {
  /** The version of one add-on; undefined when the cluster does not have it as an add-on of EKS. */
  addonVersion(cluster: string, addon: string): Promise<string | undefined>;
  /** All add-ons of a cluster, with the versions that EKS offers for this version of Kubernetes. */
  addons(cluster: string, kubernetesVersion: string): Promise<readonly Addon[]>;
  /** EKS's insights about an upgrade of the cluster to this version of Kubernetes. */
  insights(cluster: string, kubernetesVersion: string): Promise<readonly Insight[]>;
}

/** Asks EKS about the add-ons of a cluster and its insights. */
export function askCluster(client: EKSClient): ClusterQuestions {
  return {
    async addonVersion(cluster, addon) {
      const names = await addonNames(client, cluster);
      return names.includes(addon) ? presentVersion(client, cluster, addon) : undefined;
    },
    async addons(cluster, kubernetesVersion) {
      const names = await addonNames(client, cluster);
      return Promise.all(
        names.map(async (name) => {
          const [version, offered] = await Promise.all([
            presentVersion(client, cluster, name),
            offeredVersions(client, name, kubernetesVersion),
          ]);
          return { name, version, offered };
        }),
      );
    },
    async insights(clusterName, kubernetesVersion) {
      const filter = { categories: ['UPGRADE_READINESS' as const] };
      const pages = paginateListInsights({ client }, { clusterName, filter });
      const all = (await Array.fromAsync(pages, ({ insights = [] }) => insights)).flat();
      const about = all.filter((one) =>
        [undefined, kubernetesVersion].includes(one.kubernetesVersion),
      );
      return Promise.all(about.map((summary) => inDetail(client, clusterName, summary)));
    },
  };
}

async function addonNames(client: EKSClient, clusterName: string): Promise<readonly string[]> {
  const pages = paginateListAddons({ client }, { clusterName });
  return (await Array.fromAsync(pages, ({ addons = [] }) => addons)).flat();
}

async function presentVersion(
  client: EKSClient,
  clusterName: string,
  addonName: string,
): Promise<string> {
  const { addon } = await client.send(new DescribeAddonCommand({ clusterName, addonName }));
  return addon?.addonVersion ?? '';
}

async function offeredVersions(
  client: EKSClient,
  addonName: string,
  kubernetesVersion: string,
): Promise<readonly OfferedVersion[]> {
  const pages = paginateDescribeAddonVersions({ client }, { addonName, kubernetesVersion });
  const addons = (await Array.fromAsync(pages, ({ addons: found = [] }) => found)).flat();
  return addons
    .flatMap(({ addonVersions = [] }) => addonVersions)
    .map(({ addonVersion = '', compatibilities = [] }) => ({
      version: addonVersion,
      isDefault: compatibilities.some(
        (one) => one.clusterVersion === kubernetesVersion && one.defaultVersion === true,
      ),
    }));
}

/** Only what does not pass has details that matter. */
async function inDetail(
  client: EKSClient,
  clusterName: string,
  summary: InsightSummary,
): Promise<Insight> {
  const { id = '', insightStatus } = summary;
  if (insightStatus?.status === 'PASSING') return toInsight(summary);
  const { insight } = await client.send(new DescribeInsightCommand({ clusterName, id }));
  return toInsight({ ...summary, ...insight });
}

function toInsight(insight: InsightSummary & EksInsight): Insight {
  const { id = '', name = '', insightStatus = {}, recommendation = '' } = insight;
  const { status = 'UNKNOWN', reason = '' } = insightStatus;
  return { id, name, status, reason, recommendation, concerns: concernsOf(insight) };
}

function concernsOf({ categorySpecificSummary, resources = [] }: EksInsight): readonly string[] {
  const { deprecationDetails = [] } = categorySpecificSummary ?? {};
  const apis = deprecationDetails.map(({ usage = '', replacedWith = '', clientStats = [] }) => {
    const clients = clientStats.map(
      ({ userAgent = 'a program without a name', numberOfRequestsLast30Days: count = 0 }) =>
        `${userAgent} (${count} requests in 30 days)`,
    );
    const instead = replacedWith === '' ? '' : `, replaced by ${replacedWith}`;
    const by = clients.length === 0 ? '' : `, used by ${clients.join(', ')}`;
    return `${usage}${instead}${by}`;
  });
  const affected = resources
    .filter((one) => one.insightStatus?.status !== 'PASSING')
    .map(({ arn, kubernetesResourceUri, insightStatus }) => {
      const what = arn ?? kubernetesResourceUri ?? '';
      return insightStatus?.reason === undefined ? what : `${what}: ${insightStatus.reason}`;
    });
  return [...apis, ...affected].filter((text) => text !== '');
}
