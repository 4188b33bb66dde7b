import type { V1Node } from '@kubernetes/client-node';
import type { GroupInstance } from '../aws/group-instances.ts';
import { messageOf } from '../github/errors.ts';
import type { Log } from '../github/log.ts';
import type { Connection } from '../kubernetes/connection.ts';
import type { NodeFinding } from '../kubernetes/nodes.ts';
import { explainRollout } from '../kubernetes/rollout.ts';
import { MULTUS, NOT_STARTED } from '../multus/manifest.ts';
import type { InterfaceSource } from './check-vpc.ts';
import type { ConfigureInputs } from './inputs.ts';
import { nodeFindings } from './node-findings.ts';

/** Asks Auto Scaling for the instances of groups. */
export type InstanceSource = (groups: readonly string[]) => Promise<readonly GroupInstance[]>;

interface Sources {
  readonly log: Log;
  readonly interfaces?: InterfaceSource;
  readonly instances?: InstanceSource;
}

const AWS_AUTH = { namespace: 'kube-system', name: 'aws-auth' };

/**
 * Asks Multus, AWS and aws-auth why the nodes do not come, or do not become Ready. Never fails: what cannot be asked
 * is left out, and the log says so.
 */
export async function explainNodes(
  connection: Connection,
  nodes: readonly V1Node[],
  inputs: ConfigureInputs,
  sources: Sources,
): Promise<readonly NodeFinding[]> {
  const { namespace, daemonSet: name } = MULTUS;
  const rollout = explainRollout(connection, { namespace, name, notStarted: NOT_STARTED });
  const [missing, starting] = await Promise.all([
    explainInstances(connection, nodes, inputs, sources),
    ifKnown('the pods of Multus', rollout, sources.log),
  ]);
  return [...missing, ...(starting ?? [])];
}

async function explainInstances(
  { core }: Connection,
  nodes: readonly V1Node[],
  { target: { environment }, mapRoleArns }: ConfigureInputs,
  { log, ...ask }: Sources,
): Promise<readonly NodeFinding[]> {
  const groups = environment?.nodeGroups.map(({ autoScalingGroup }) => autoScalingGroup) ?? [];
  if (environment === undefined || groups.length === 0) return [];
  const subnets = environment.networks.flatMap((network) => network.subnets.map(({ id }) => id));
  const [instances, interfaces, awsAuth] = await Promise.all([
    ifKnown('the Auto Scaling groups', ask.instances?.(groups), log),
    ifKnown('network interfaces', ask.interfaces?.({ 'subnet-id': subnets }), log),
    ifKnown(
      'aws-auth',
      mapRoleArns === undefined ? undefined : core.readNamespacedConfigMap(AWS_AUTH),
      log,
    ),
  ]);
  if (instances === undefined) return [];
  const mapRoles = awsAuth === undefined ? undefined : (awsAuth.data?.['mapRoles'] ?? '');
  return nodeFindings({ environment, nodes, instances, interfaces, mapRoles });
}

async function ifKnown<T>(
  what: string,
  asked: Promise<T> | undefined,
  log: Log,
): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    log.info(`Nodes are explained without ${what}: ${messageOf(error)}`);
    return undefined;
  }
}
