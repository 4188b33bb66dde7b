import {
  type ClusterVersionInformation,
  type EKSClient,
  paginateDescribeClusterVersions,
  paginateListClusters,
} from '@aws-sdk/client-eks';
import type { KubernetesVersion } from '../facts.ts';
import { ask } from './ask.ts';

/** The questions to EKS. */
export function askEks(client: EKSClient) {
  return {
    versions: () =>
      ask('eks:DescribeClusterVersions', async (): Promise<readonly KubernetesVersion[]> => {
        // Without includeAll, EKS leaves out versions that are no longer in standard support.
        const pages = paginateDescribeClusterVersions({ client }, { includeAll: true });
        const found = await Array.fromAsync(pages, ({ clusterVersions = [] }) => clusterVersions);
        return found.flat().map(toVersion);
      }),
    clusters: () =>
      ask('eks:ListClusters', async (): Promise<readonly string[]> => {
        const pages = paginateListClusters({ client, pageSize: 100 }, {});
        return (await Array.fromAsync(pages, ({ clusters = [] }) => clusters)).flat();
      }),
  };
}

function toVersion(version: ClusterVersionInformation): KubernetesVersion {
  // `status` is the older field, in other spelling.
  const status = version.versionStatus ?? version.status?.toUpperCase().replace('-', '_');
  const support =
    status === 'STANDARD_SUPPORT'
      ? 'standard'
      : status === 'EXTENDED_SUPPORT'
        ? 'extended'
        : 'none';
  return {
    version: version.clusterVersion ?? '',
    support,
    extendedEnds: version.endOfExtendedSupportDate,
  };
}
