import type { V1Node } from '@kubernetes/client-node';
import type { GroupInstance } from '../aws/group-instances.ts';
import { messageOf } from '../github/errors.ts';
import type { Log } from '../github/log.ts';
import type { Connection } from '../kubernetes/connection.ts';
import type { NodeFinding } from '../kubernetes/nodes.ts';
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
 * Asks AWS and aws-auth why the nodes of the environment do not come. Never fails: what cannot be asked is left
 * out, and the log says so.
 */
export async function explainNodes(
  { core }: Connection,
  nodes: readonly V1Node[],
  { target: { environment }, mapRoleArns }: ConfigureInputs,
  { log, ...ask }: Sources,
): Promise<readonly NodeFinding[]> {
  const groups = environment?.nodeGroups.map(({ autoScalingGroup }) => autoScalingGroup) ?? [];
  if (environment === undefined || groups.length === 0) return [];
  const subnets = environment.networks.flatMap((network) => network.subnets.map(({ id }) => id));
  const ifKnown = <T>(what: string, asked: Promise<T> | undefined): Promise<T | undefined> =>
    Promise.resolve(asked).catch((error: unknown) => {
      log.info(`Nodes are explained without ${what}: ${messageOf(error)}`);
      return undefined;
    });
  const [instances, interfaces, awsAuth] = await Promise.all([
    ifKnown('the Auto Scaling groups', ask.instances?.(groups)),
    ifKnown('network interfaces', ask.interfaces?.({ 'subnet-id': subnets })),
    ifKnown(
      'aws-auth',
      mapRoleArns === undefined ? undefined : core.readNamespacedConfigMap(AWS_AUTH),
    ),
  ]);
  if (instances === undefined) return [];
  const mapRoles = awsAuth === undefined ? undefined : (awsAuth.data?.['mapRoles'] ?? '');
  return nodeFindings({ environment, nodes, instances, interfaces, mapRoles });
}
