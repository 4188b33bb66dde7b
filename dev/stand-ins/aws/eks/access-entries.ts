import { ServiceError } from '../gateway/query-protocol.ts';
import {
  type RestCall,
  type RestRoutes,
  stringOf,
  stringsOf,
  textMapOf,
} from '../gateway/rest-json.ts';
import { arnOf, invalid, now, page } from './response.ts';
import {
  type Cluster,
  change,
  type EksState,
  type Entry,
  findCluster,
  mustBeActive,
  withKey,
} from './state.ts';

/** Whether an IAM principal exists. The API refuses entries for principals that do not. */
export type PrincipalCheck = (arn: string) => Promise<boolean>;

const ENTRIES = '/clusters/{name}/access-entries';
const ENTRY = `${ENTRIES}/{principalArn}`;
const NODE_TYPES = ['EC2_LINUX', 'EC2_WINDOWS', 'FARGATE_LINUX', 'EC2', 'HYBRID_LINUX'];
const NODE_USER = 'system:node:{{EC2PrivateDNSName}}';

/**
 * The routes of access entries and their policies. `changed` receives the name of a cluster whose entries
 * have changed.
 */
export function accessEntryRoutes(
  state: EksState,
  principalExists: PrincipalCheck,
  changed: (cluster: string) => Promise<void>,
): RestRoutes {
  const keep = async (cluster: Cluster, arn: string, entry: Entry | undefined) => {
    change(state, cluster.name, { entries: withKey(cluster.entries, arn, entry) });
    await changed(cluster.name);
  };
  return {
    [`POST ${ENTRIES}`]: async ({ path, body }) => {
      const principalArn = stringOf(body['principalArn']) ?? '';
      if (!/:iam::\d{12}:(role|user)\//.test(principalArn)) {
        throw invalid('The principalArn parameter format is not valid');
      }
      if (!(await principalExists(principalArn))) {
        throw invalid('The specified principalArn is invalid: invalid principal.');
      }
      const cluster = findCluster(state, path['name'] ?? '');
      mustAllowEntries(cluster);
      if (cluster.entries.has(principalArn)) throw inUse();
      const entry = newEntry(state, cluster.name, principalArn, body);
      await keep(cluster, principalArn, entry);
      return { accessEntry: visible(cluster.name, entry) };
    },
    [`GET ${ENTRIES}`]: ({ path, query }) => {
      const { entries } = findCluster(state, path['name'] ?? '');
      return page(entries.keys(), 'accessEntries', query);
    },
    [`GET ${ENTRY}`]: (call) => {
      const { cluster, entry } = find(state, call);
      return { accessEntry: visible(cluster.name, entry) };
    },
    [`POST ${ENTRY}`]: async (call) => {
      const { cluster, entry } = find(state, call);
      const updated = { ...entry, ...namesOf(entry.type, entry.principalArn, call.body) };
      await keep(cluster, entry.principalArn, { ...updated, modifiedAt: now() });
      return { accessEntry: visible(cluster.name, updated) };
    },
    [`DELETE ${ENTRY}`]: async (call) => {
      const { cluster, entry } = find(state, call);
      await keep(cluster, entry.principalArn, undefined);
      return undefined;
    },
    ...policyRoutes(state, keep),
  };
}

function policyRoutes(
  state: EksState,
  keep: (cluster: Cluster, arn: string, entry: Entry) => Promise<void>,
): RestRoutes {
  return {
    [`POST ${ENTRY}/access-policies`]: async (call) => {
      const { cluster, entry } = find(state, call);
      const policyArn = stringOf(call.body['policyArn']) ?? '';
      mustBeAssociable(entry, policyArn);
      const at = { associatedAt: now(), modifiedAt: now() };
      const policy = { policyArn, accessScope: call.body['accessScope'] ?? {}, ...at };
      const policies = withKey(entry.policies, policyArn, policy);
      await keep(cluster, entry.principalArn, { ...entry, policies });
      return { ...ownerOf(cluster, entry), associatedAccessPolicy: policy };
    },
    [`GET ${ENTRY}/access-policies`]: (call) => {
      const { cluster, entry } = find(state, call);
      const associatedAccessPolicies = [...entry.policies.values()];
      return { ...ownerOf(cluster, entry), associatedAccessPolicies };
    },
    [`DELETE ${ENTRY}/access-policies/{policyArn}`]: async (call) => {
      const { cluster, entry } = find(state, call);
      const policies = withKey(entry.policies, call.path['policyArn'] ?? '', undefined);
      await keep(cluster, entry.principalArn, { ...entry, policies });
      return undefined;
    },
  };
}

/** A new access entry from the members of a CreateAccessEntry request. */
export function newEntry(
  state: EksState,
  cluster: string,
  principalArn: string,
  given: Readonly<Record<string, unknown>>,
): Entry {
  const type = stringOf(given['type']) ?? 'STANDARD';
  if (type !== 'STANDARD' && !NODE_TYPES.includes(type)) throw invalid(`Invalid type: ${type}`);
  const [, account = '', kind = '', name = ''] =
    principalArn.match(/::(\d{12}):(user|role)\/(?:.*\/)?([^/]+)$/) ?? [];
  const id = `access-entry/${cluster}/${kind}/${account}/${name}/${crypto.randomUUID()}`;
  return {
    principalArn,
    accessEntryArn: arnOf(state, id),
    type,
    ...namesOf(type, principalArn, given),
    createdAt: now(),
    modifiedAt: now(),
    tags: textMapOf(given['tags']),
    policies: new Map(),
  };
}

function namesOf(type: string, principalArn: string, given: Readonly<Record<string, unknown>>) {
  const username = stringOf(given['username']);
  const groups = stringsOf(given['kubernetesGroups']);
  if (NODE_TYPES.includes(type)) {
    if (username !== undefined || groups.length > 0) {
      throw invalid(`Usernames and groups of an entry of type ${type} cannot be set.`);
    }
    return { username: NODE_USER, kubernetesGroups: ['system:nodes'] };
  }
  const reserved = [username ?? '', ...groups].find((text) => text.startsWith('system:'));
  if (reserved !== undefined) throw invalid(`${reserved}: the prefix system: is reserved.`);
  return { username: username ?? defaultUsername(principalArn), kubernetesGroups: groups };
}

/** EKS's default username: for a role it contains the session name, for a user it is the ARN. */
function defaultUsername(principalArn: string): string {
  const [, account, name] = principalArn.match(/::(\d{12}):role\/(?:.*\/)?([^/]+)$/) ?? [];
  return name === undefined
    ? principalArn
    : `arn:aws:sts::${account}:assumed-role/${name}/{{SessionName}}`;
}

function mustBeAssociable(entry: Entry, policyArn: string): void {
  if (NODE_TYPES.includes(entry.type)) {
    throw invalid(`Access policies cannot be associated with an entry of type ${entry.type}.`);
  }
  if (!/^arn:[^:]+:eks::aws:cluster-access-policy\/\w+$/.test(policyArn)) {
    throw invalid(`The policyArn parameter format is not valid: ${policyArn}`);
  }
}

function mustAllowEntries(cluster: Cluster): void {
  mustBeActive(cluster, 'Access entries cannot be created');
  if (cluster.accessConfig.authenticationMode !== 'CONFIG_MAP') return;
  const message =
    "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.";
  throw new ServiceError('InvalidRequestException', message);
}

function inUse(): ServiceError {
  const message = 'The specified access entry resource is already in use on this cluster.';
  return new ServiceError('ResourceInUseException', message, 409);
}

function find(state: EksState, { path }: RestCall): { cluster: Cluster; entry: Entry } {
  const cluster = findCluster(state, path['name'] ?? '');
  const entry = cluster.entries.get(path['principalArn'] ?? '');
  if (entry === undefined) {
    const message =
      "The specified principalArn could not be found. You can view your available access entries with 'list-access-entries'.";
    throw new ServiceError('ResourceNotFoundException', message, 404);
  }
  return { cluster, entry };
}

function visible(clusterName: string, { policies: _, ...entry }: Entry): object {
  return { clusterName, ...entry };
}

function ownerOf(cluster: Cluster, entry: Entry): object {
  return { clusterName: cluster.name, principalArn: entry.principalArn };
}
