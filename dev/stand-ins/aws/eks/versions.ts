/** A Kubernetes version with the days on which EKS ends its support. */
interface Version {
  readonly version: string;
  readonly released: string;
  readonly standardEnds: string;
  readonly extendedEnds: string;
}

/**
 * Versions with EKS's own calendar, as far as it was published for them; later ones follow its rule of fourteen months
 * and twelve more. https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
 */
const VERSIONS: readonly Version[] = [
  version('1.35', '2026-01-27', '2027-03-27', '2028-03-27'),
  version('1.34', '2025-10-02', '2026-12-02', '2027-12-02'),
  version('1.33', '2025-05-29', '2026-07-29', '2027-07-29'),
  version('1.32', '2025-01-23', '2026-03-23', '2027-03-23'),
  version('1.31', '2024-09-26', '2025-11-26', '2026-11-26'),
  version('1.24', '2022-11-15', '2024-01-31', '2025-01-31'),
];

/** The Kubernetes versions that EKS supports here. */
export const CLUSTER_VERSIONS: readonly string[] = ['1.32', '1.33', '1.34', '1.35'];

function version(
  name: string,
  released: string,
  standardEnds: string,
  extendedEnds: string,
): Version {
  return { version: name, released, standardEnds, extendedEnds };
}

/**
 * DescribeClusterVersions: without `includeAll` and without a filter only versions in standard support, newest first.
 * Times are seconds since 1970, as in all of this API.
 */
export function describeVersions(query: URLSearchParams, defaultVersion: string): object {
  const named = query.getAll('clusterVersions');
  const status = query.get('versionStatus');
  const all = query.get('includeAll') === 'true';
  const shown = VERSIONS.map((one) => ({ ...one, status: statusOf(one) })).filter((one) =>
    named.length > 0
      ? named.includes(one.version)
      : status === null
        ? all || one.status === 'STANDARD_SUPPORT'
        : one.status === status,
  );
  return {
    clusterVersions: shown.map((one) => ({
      clusterVersion: one.version,
      clusterType: 'eks',
      defaultPlatformVersion: 'eks.1',
      defaultVersion: one.version === defaultVersion,
      releaseDate: seconds(one.released),
      endOfStandardSupportDate: seconds(one.standardEnds),
      endOfExtendedSupportDate: seconds(one.extendedEnds),
      status: one.status.toLowerCase().replace('_', '-'),
      versionStatus: one.status,
      kubernetesPatchVersion: `${one.version}.1`,
    })),
  };
}

/** By this list and not by the date, so that a test of today holds next year. */
function statusOf({ version: name }: Version): string {
  if (!CLUSTER_VERSIONS.includes(name)) return 'UNSUPPORTED';
  return name === '1.32' ? 'EXTENDED_SUPPORT' : 'STANDARD_SUPPORT';
}

function seconds(day: string): number {
  return Date.parse(day) / 1000;
}
