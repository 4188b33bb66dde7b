import { ServiceError } from '../gateway/query-protocol.ts';
import { type RestCall, type RestRoutes, stringOf, textMapOf } from '../gateway/rest-json.ts';
import { arnOf, invalid, now, page } from './response.ts';
import {
  type Addon,
  type Cluster,
  change,
  type EksState,
  findCluster,
  mustBeActive,
  withKey,
} from './state.ts';
import { CLUSTER_VERSIONS } from './versions.ts';

/**
 * The add-ons that this stand-in knows, each with one version for all versions of Kubernetes. kube-proxy has one for each. None of
 * them runs anything.
 */
const VERSIONS: Readonly<Record<string, string>> = {
  'vpc-cni': 'v1.20.4-eksbuild.2',
  'kube-proxy': 'v…-eksbuild.2',
  coredns: 'v1.12.3-eksbuild.1',
  'eks-pod-identity-agent': 'v1.3.8-eksbuild.2',
  'aws-ebs-csi-driver': 'v1.48.0-eksbuild.2',
};

/** The version of an add-on that EKS offers for a version of Kubernetes; undefined for an unknown add-on. */
function offeredVersion(addonName: string, kubernetesVersion: string): string | undefined {
  return VERSIONS[addonName]?.replace('…', `${kubernetesVersion}.0`);
}

/** The add-ons of a cluster that EKS does not offer in their present version for a version of Kubernetes. */
export function unfitAddons({ addons }: Cluster, kubernetesVersion: string): readonly string[] {
  return [...addons.values()]
    .filter(({ addonName, addonVersion }) => {
      return addonVersion !== offeredVersion(addonName, kubernetesVersion);
    })
    .map(({ addonName }) => addonName);
}

/** The service account of each add-on that can have an association of EKS Pod Identity. */
const SERVICE_ACCOUNTS: Readonly<Record<string, string>> = {
  'vpc-cni': 'aws-node',
  'aws-ebs-csi-driver': 'ebs-csi-controller-sa',
};

const ADDONS = '/clusters/{name}/addons';
const ADDON = `${ADDONS}/{addonName}`;

/** How long an add-on stays CREATING, UPDATING or DELETING. */
const TAKES_MS = 300;

export function addonRoutes(state: EksState): RestRoutes {
  const keep = (name: string, addon: Addon) => put(state, name, addon.addonName, addon);
  return {
    [`POST ${ADDONS}`]: ({ path, body }) => {
      const cluster = findCluster(state, path['name'] ?? '');
      mustBeActive(cluster, 'Addons cannot be created');
      const addon = newAddon(state, cluster, body);
      keep(cluster.name, addon);
      setTimeout(() => settle(state, cluster.name, addon), TAKES_MS).unref();
      return { addon: visible(cluster, addon) };
    },
    [`GET ${ADDONS}`]: ({ path, query }) =>
      page(findCluster(state, path['name'] ?? '').addons.keys(), 'addons', query),
    [`GET ${ADDON}`]: (call) => {
      const { cluster, addon } = find(state, call);
      return { addon: visible(cluster, addon) };
    },
    [`POST ${ADDON}/update`]: (call) => {
      const { cluster, addon } = find(state, call);
      const { addonVersion, configurationValues } = call.body;
      mustBeActive(cluster, 'Addons cannot be updated');
      mustBeOffered(cluster, addon.addonName, stringOf(addonVersion));
      const given = { addonVersion, configurationValues: checkedJson(configurationValues) };
      const texts = Object.entries(given).filter(([, value]) => typeof value === 'string');
      const associations = associationsOf(state, cluster, addon.addonName, call.body);
      keep(cluster.name, {
        ...addon,
        ...Object.fromEntries(texts),
        ...(associations === undefined ? {} : { podIdentityAssociations: associations }),
        status: 'UPDATING',
        modifiedAt: now(),
      });
      setTimeout(() => settle(state, cluster.name, addon), TAKES_MS).unref();
      return { update: recordUpdate(state, cluster, 'AddonUpdate') };
    },
    [`DELETE ${ADDON}`]: (call) => {
      const { cluster, addon } = find(state, call);
      const leaving: Addon = { ...addon, status: 'DELETING' };
      keep(cluster.name, leaving);
      setTimeout(() => put(state, cluster.name, addon.addonName, undefined), TAKES_MS).unref();
      return { addon: visible(cluster, leaving) };
    },
    'GET /addons/supported-versions': ({ query }) => ({ addons: supported(query) }),
  };
}

/** Records a change, most often one that is already done, in the form that DescribeUpdate returns. */
export function recordUpdate(
  state: EksState,
  { name }: Cluster,
  type: string,
  status = 'Successful',
): { readonly id: string; readonly status: string } {
  const id = crypto.randomUUID();
  const update = { id, status, type, params: [], createdAt: now(), errors: [] };
  const { updates } = findCluster(state, name);
  change(state, name, { updates: withKey(updates, id, update) });
  return { ...update, status: 'InProgress' };
}

/** Records that a change has ended: it has failed when there are errors. */
export function endUpdate(
  state: EksState,
  name: string,
  id: string,
  errors: readonly object[],
): void {
  const updates = state.clusters.get(name)?.updates ?? new Map<string, object>();
  const status = errors.length === 0 ? 'Successful' : 'Failed';
  change(state, name, { updates: withKey(updates, id, { ...updates.get(id), status, errors }) });
}

function newAddon(state: EksState, cluster: Cluster, body: RestCall['body']): Addon {
  const addonName = stringOf(body['addonName']) ?? '';
  const version = offeredVersion(addonName, cluster.version);
  if (version === undefined) throw invalid(`Addon ${addonName} specified is not supported`);
  if (cluster.addons.has(addonName)) {
    throw new ServiceError('ResourceInUseException', 'Addon already exists.', 409);
  }
  mustBeOffered(cluster, addonName, stringOf(body['addonVersion']));
  const role = stringOf(body['serviceAccountRoleArn']);
  const values = checkedJson(body['configurationValues']);
  return {
    addonName,
    addonArn: arnOf(state, `addon/${cluster.name}/${addonName}/${crypto.randomUUID()}`),
    addonVersion: stringOf(body['addonVersion']) ?? version,
    status: 'CREATING',
    createdAt: now(),
    modifiedAt: now(),
    ...(role === undefined ? {} : { serviceAccountRoleArn: role }),
    ...(values === undefined ? {} : { configurationValues: values }),
    podIdentityAssociations: associationsOf(state, cluster, addonName, body) ?? [],
    tags: textMapOf(body['tags']),
  };
}

/** The text is from https://github.com/awslabs/cdk-eks-blueprints/pull/1101 */
function mustBeOffered(
  cluster: Cluster,
  addonName: string,
  addonVersion: string | undefined,
): void {
  if (addonVersion === undefined || addonVersion === offeredVersion(addonName, cluster.version)) {
    return;
  }
  throw invalid('Addon version specified is not supported');
}

/**
 * The ARNs of the associations that a request asks for, which replace all those before; undefined when it says nothing
 * about them. The texts are from https://github.com/terraform-aws-modules/terraform-aws-eks/issues/3520
 */
function associationsOf(
  state: EksState,
  cluster: Cluster,
  addonName: string,
  body: RestCall['body'],
): readonly string[] | undefined {
  const asked = body['podIdentityAssociations'];
  if (!Array.isArray(asked)) return undefined;
  return asked.map(({ serviceAccount }: { readonly serviceAccount?: string }) => {
    const expected = SERVICE_ACCOUNTS[addonName];
    if (expected === undefined) {
      throw invalid(
        `Pod Identity feature is not supported for addon version: ${offeredVersion(addonName, cluster.version)}`,
      );
    }
    if (serviceAccount !== expected) {
      throw invalid(
        `Service account ${serviceAccount} in pod identity configuration is not supported for addon ${addonName}`,
      );
    }
    return arnOf(state, `podidentityassociation/${cluster.name}/a-${crypto.randomUUID()}`);
  });
}

function checkedJson(value: unknown): string | undefined {
  const text = stringOf(value);
  if (text === undefined || text === '') return undefined;
  try {
    JSON.parse(text);
  } catch {
    throw invalid('ConfigurationValue is not in valid JSON or YAML format');
  }
  return text;
}

function settle(state: EksState, cluster: string, { addonName }: Addon): void {
  const addon = state.clusters.get(cluster)?.addons.get(addonName);
  if (addon?.status === 'CREATING' || addon?.status === 'UPDATING')
    put(state, cluster, addonName, { ...addon, status: 'ACTIVE' });
}

function put(state: EksState, cluster: string, name: string, addon: Addon | undefined): void {
  const found = state.clusters.get(cluster);
  if (found !== undefined) change(state, cluster, { addons: withKey(found.addons, name, addon) });
}

function find(state: EksState, { path }: RestCall): { cluster: Cluster; addon: Addon } {
  const cluster = findCluster(state, path['name'] ?? '');
  const name = path['addonName'] ?? '';
  const addon = cluster.addons.get(name);
  if (addon === undefined) {
    const message = `No addon: ${name} found in cluster: ${cluster.name}`;
    throw new ServiceError('ResourceNotFoundException', message, 404);
  }
  return { cluster, addon };
}

function visible(cluster: Cluster, addon: Addon): object {
  return { clusterName: cluster.name, ...addon, health: { issues: [] } };
}

function supported(query: URLSearchParams): object[] {
  const wanted = query.get('addonName');
  const clusterVersion = query.get('kubernetesVersion');
  const versions = clusterVersion === null ? CLUSTER_VERSIONS : [clusterVersion];
  return Object.keys(VERSIONS)
    .filter((name) => wanted === null || wanted === name)
    .map((addonName) => ({
      addonName,
      type: 'networking',
      owner: 'aws',
      publisher: 'eks',
      addonVersions: addonVersions(addonName, versions),
    }));
}

/** Each version of an add-on with the versions of Kubernetes that it fits. */
function addonVersions(addonName: string, kubernetesVersions: readonly string[]): object[] {
  const offered = Map.groupBy(kubernetesVersions, (each) => offeredVersion(addonName, each) ?? '');
  return [...offered].map(([addonVersion, fits]) => ({
    addonVersion,
    architecture: ['amd64', 'arm64'],
    compatibilities: fits.map((each) => ({ clusterVersion: each, defaultVersion: true })),
  }));
}
