import type { V1ConfigMap, V1Node } from '@kubernetes/client-node';
import type { GroupInstance } from '../aws/group-instances.ts';
import type { NetworkInterface } from '../aws/network-interfaces.ts';
import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Environment } from '../environment/environment.ts';
import { STARTUP_TAINT } from '../environment/shared-cluster.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { type NodeFinding, nodeState } from '../kubernetes/nodes.ts';
import { explainRollout } from '../kubernetes/rollout.ts';
import { daemonStarted } from '../multus/daemon-started.ts';
import { MULTUS, NOT_STARTED } from '../multus/install.ts';
import type { InterfaceSource } from './check-vpc.ts';
import type { ConfigureInputs } from './inputs.ts';

/** Lists the instances of Auto Scaling groups. */
export type InstanceSource = (groups: readonly string[]) => Promise<readonly GroupInstance[]>;

interface Sources {
  readonly log: Log;
  readonly clock: Clock;
  readonly interfaces?: InterfaceSource;
  readonly instances?: InstanceSource;
}

const AWS_AUTH = '/api/v1/namespaces/kube-system/configmaps/aws-auth';

/**
 * Finds out from Multus, AWS and aws-auth why nodes do not join or become Ready. Never fails: skips and logs sources
 * that it cannot read.
 */
export async function explainNodes(
  connection: Connection,
  nodes: readonly V1Node[],
  inputs: ConfigureInputs,
  sources: Sources,
): Promise<readonly NodeFinding[]> {
  const { namespace, daemonSet: name } = MULTUS;
  const hasStarted = daemonStarted(connection.rest, sources.clock);
  const notStarted = NOT_STARTED;
  const rollout = explainRollout(connection, { namespace, name, hasStarted, notStarted });
  const [missing, starting] = await Promise.all([
    explainInstances(connection, nodes, inputs, sources),
    unlessUnreadable('the pods of Multus', rollout, sources.log),
  ]);
  return [...missing, ...(starting ?? [])];
}

async function explainInstances(
  { api }: Connection,
  nodes: readonly V1Node[],
  { target: { environment }, mapRoleArns }: ConfigureInputs,
  { log, ...sources }: Sources,
): Promise<readonly NodeFinding[]> {
  const groups = environment?.nodeGroups.map(({ autoScalingGroup }) => autoScalingGroup) ?? [];
  if (environment === undefined || groups.length === 0) return [];
  const subnets = environment.networks.flatMap((network) => network.subnets.map(({ id }) => id));
  const [instances, interfaces, awsAuth] = await Promise.all([
    unlessUnreadable('the Auto Scaling groups', sources.instances?.(groups), log),
    unlessUnreadable('network interfaces', sources.interfaces?.({ 'subnet-id': subnets }), log),
    unlessUnreadable(
      'aws-auth',
      mapRoleArns === undefined ? undefined : api.get<V1ConfigMap>(AWS_AUTH),
      log,
    ),
  ]);
  if (instances === undefined) return [];
  const mapRoles = awsAuth === undefined ? undefined : (awsAuth.data?.['mapRoles'] ?? '');
  return nodeFindings({ environment, nodes, instances, interfaces, mapRoles });
}

async function unlessUnreadable<T>(
  what: string,
  reading: Promise<T> | undefined,
  log: Log,
): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    log.info(`Cannot read ${what} to explain the nodes: ${messageOf(error)}`);
    return undefined;
  }
}

/** Evidence about nodes that have not become Ready. */
export interface NodeEvidence {
  readonly environment: Environment;
  readonly nodes: readonly V1Node[];
  /** The instances of the environment's groups. */
  readonly instances: readonly GroupInstance[];
  /** The interfaces in the environment's Multus subnets; undefined when they could not be read. */
  readonly interfaces: readonly NetworkInterface[] | undefined;
  /** mapRoles of aws-auth; undefined when the cluster does not use aws-auth, or aws-auth could not be read. */
  readonly mapRoles: string | undefined;
}

/** Explains why nodes are missing or repel pods. Has one finding for each instance without a node. Pure. */
export function nodeFindings(evidence: NodeEvidence): readonly NodeFinding[] {
  const joined = new Set(evidence.nodes.map(instanceOf));
  return [
    ...evidence.instances.filter(({ id }) => !joined.has(id)).map((it) => unjoined(it, evidence)),
    ...evidence.nodes.flatMap((node) => strayNode(node, evidence)),
  ];
}

function unjoined(instance: GroupInstance, evidence: NodeEvidence): NodeFinding {
  const { id, group, lifecycleState } = instance;
  const missing = missingInterfaces(id, evidence);
  const without = missing.length === 0 ? '' : ` and has no ${missing.join(', ')}`;
  const what = `instance ${id} of ${group} is ${lifecycleState}${without}`;
  if (lifecycleState.startsWith('Pending')) {
    return {
      what: `${what}: its launch hook has not been completed`,
      nextStep: `read the logs of the hook's function (HookLogs in the stack of the node group): it attaches the interfaces and then completes the hook`,
    };
  }
  if (lifecycleState !== 'InService') {
    return {
      what: `${what}: its group is removing it`,
      nextStep: `find the cause: aws autoscaling describe-scaling-activities --auto-scaling-group-name ${group}`,
    };
  }
  if (missing.length > 0) {
    return {
      what,
      nextStep: `terminate ${id}: its group launches another instance, and the hook attaches its interfaces; a node does not start without them`,
    };
  }
  return notAdmitted(what, instance, evidence);
}

function notAdmitted(
  what: string,
  { id, group }: GroupInstance,
  { environment, mapRoles }: NodeEvidence,
): NodeFinding {
  const { roleArn = '' } =
    environment.nodeGroups.find(({ autoScalingGroup }) => autoScalingGroup === group) ?? {};
  if (mapRoles !== undefined && !maps(mapRoles, roleArn)) {
    return {
      what: `${what}, but aws-auth does not map its role ${roleArn}`,
      nextStep: `add ${roleArn} to node-role-arns, or give it an access entry of type EC2_LINUX`,
    };
  }
  return {
    what: `${what}, but has not joined`,
    nextStep: `read its boot log: aws ec2 get-console-output --latest --instance-id ${id} (lines about its networks begin with multus-interfaces:), and check that ${roleArn} is admitted (aws-auth, or an access entry of type EC2_LINUX)`,
  };
}

/** aws-auth names a role without the path that its ARN may have. */
function maps(mapRoles: string, roleArn: string): boolean {
  const name = roleArn.replace(/:role\/.*\//, ':role/');
  return mapRoles.split(/[\s"',]+/).includes(name);
}

function strayNode(node: V1Node, { instances }: NodeEvidence): readonly NodeFinding[] {
  const { name, ready } = nodeState(node);
  const id = instanceOf(node);
  if (!ready && id !== undefined && !instances.some((instance) => instance.id === id)) {
    const what = `instance ${id} of node ${name} is not, or no longer, in the environment's groups`;
    const nextStep = `if the instance is gone, remove its node: kubectl delete node ${name}`;
    return [{ what, nextStep }];
  }
  if (!ready || !node.spec?.taints?.some(({ key }) => key === STARTUP_TAINT.key)) return [];
  const what = `node ${name} is Ready, but its startup taint ${STARTUP_TAINT.key} keeps pods away`;
  const nextStep =
    'run the action again when the other nodes are Ready: it removes the taint once Multus runs';
  return [{ what, nextStep }];
}

function missingInterfaces(
  id: string,
  { environment, interfaces }: NodeEvidence,
): readonly string[] {
  if (interfaces === undefined) return [];
  const attached = interfaces.filter(({ instanceId }) => instanceId === id);
  return environment.networks
    .filter(({ network }) => !attached.some(({ deviceIndex }) => deviceIndex === network))
    .map((network) => network.interface);
}

/** The id at the end of a provider ID such as `aws:///ap-northeast-2a/i-0123456789abcdef0`. */
function instanceOf({ spec }: V1Node): string | undefined {
  return spec?.providerID?.split('/').at(-1);
}
