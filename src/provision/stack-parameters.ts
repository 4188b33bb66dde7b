import { idsOf } from '../cloudformation/outputs.ts';
import type { Stack, StackSpec, Template } from '../cloudformation/stack-api.ts';
import { ASLEEP } from '../environment/asleep.ts';
import { STARTUP_TAINT_TEXT } from '../environment/shared-cluster.ts';
import { creationTags, firstTags, stackTags } from '../environment/tags.ts';
import { kindOf, type MultusRoute, type RouteTarget } from '../vpc/multus-routes.ts';
import type { NetworkPlan } from '../vpc/plan.ts';
import { familyParameter, givenIpv6Parameters, ipv6CidrOf } from './choices/ip-family.ts';
import { givenClusterParameters, unknownParameters } from './given-cluster/cluster-parameters.ts';
import { NEW_CLUSTERS } from './inputs/defaults.ts';
import type { ProvisionInputs } from './inputs.ts';
import { architecture, imageVariant } from './instance-types.ts';
import { extraParameters } from './node-extras/extra-parameters.ts';
import { type NodeGroup, nodeGroupStackName } from './node-groups.ts';
import type { Pack } from './pack.ts';
import { deployerArn } from './preflight/set-up.ts';
import type { Session } from './session.ts';
import { defaultAddons } from './upgrade/addon-versions.ts';
import { commonName, ENTRY_PARAMETER } from './zones/zone-entry.ts';

/** Parameters or outputs of a stack. */
type Texts = Readonly<Record<string, string>>;

/** What an infra stack leaves as it is, or gets beside what the inputs name. */
export interface InfraChanges {
  /** Whether an existing cluster keeps its version of Kubernetes, whatever the inputs say. */
  readonly keepsVersion?: boolean;
  /** Whether the stack does not exist yet. */
  readonly isNew?: boolean;
  /** New versions of add-ons, by the parameters that name them. */
  readonly addons?: Texts;
}

/** The infra stack as the inputs ask for it. */
export function infraSpec(
  session: Session,
  pack: Pack,
  network: NetworkPlan,
  { keepsVersion = false, isNew = false, addons = {} }: InfraChanges = {},
): StackSpec {
  const { inputs } = session;
  const parameters = infraParameters(inputs, network, deployerArn(session));
  // A newer release of this pack must not upgrade a cluster by itself.
  const { given, kubernetesVersion } = inputs.cluster;
  const keeps = keepsVersion || (given === undefined && kubernetesVersion === undefined);
  const present = defaultAddons(isNew ? parameters['KubernetesVersion'] : undefined);
  const all = { ...parameters, ...present, ...addons };
  return {
    ...commonSpec(session, inputs.environment, pack.infra, all),
    keep: [
      ...(keeps ? ['KubernetesVersion'] : []),
      ...unknownParameters(inputs.cluster),
      // Changing the encryption would replace the cluster.
      'SecretsEncryption',
      ...Object.keys(present).filter((parameter) => !(parameter in addons)),
    ],
    keepPlaces: [['AdminRoleArns'], ...Object.values(ROUTE_PARAMETERS)],
  };
}

/** A node group's stack as the inputs ask for it, wired from the outputs of the infra stack. */
export function nodeGroupSpec(
  session: Session,
  pack: Pack,
  network: NetworkPlan,
  group: NodeGroup,
  infraOutputs: Texts,
): StackSpec {
  const { bucket, inputs } = session;
  const { key, version } = pack.hook;
  const hook = { bucket: bucket.name, key, version: version ?? '' };
  const parameters = nodeGroupParameters(inputs, group, network, infraOutputs, hook);
  const name = nodeGroupStackName(inputs.environment, group.name);
  return {
    ...commonSpec(session, name, pack.nodeGroup, parameters),
    keep: [
      // Running nodes would lose a role that is replaced.
      'NodeRoleArn',
      'NodeProfileArn',
      ...(version === undefined ? ['LambdaObjectVersion'] : []),
    ],
  };
}

/** What the stacks of every template have in common. */
export function commonSpec(
  { clock, inputs, run }: Session,
  name: string,
  template: Template,
  parameters: Texts,
): StackSpec {
  return {
    name,
    template,
    parameters,
    tags: stackTags(inputs.environment, inputs.base),
    firstTags: firstTags(run),
    creationTags: creationTags(run, { ttlHours: inputs.ttlHours, now: clock.now() }),
    onFailure: inputs.stackOptions.onFailure,
    allowReplacement: inputs.stackOptions.allowReplacement,
    revertDrift: inputs.stackOptions.revertDrift,
    terminationProtection: inputs.stackOptions.terminationProtection,
    roleArn: inputs.stackOptions.roleArn,
    runId: run.id,
  };
}

/** A stack that exists, as it is, with its own role. What shapes it is left to the caller. */
export function sameStackSpec(
  { inputs, run }: Session,
  { name, tags, roleArn }: Stack,
): Omit<StackSpec, 'template' | 'parameters'> {
  return {
    name,
    tags,
    creationTags: {},
    onFailure: inputs.stackOptions.onFailure,
    allowReplacement: [],
    revertDrift: false,
    terminationProtection: undefined,
    roleArn,
    runId: run.id,
  };
}

/**
 * The parameters of `cfn/infra.yaml`.
 *
 * @param deployer the IAM principal that runs the action; it becomes the cluster's first administrator
 */
function infraParameters(
  { cluster, environment, sessionManager, stackOptions }: ProvisionInputs,
  plan: NetworkPlan,
  deployer: string | undefined,
): Texts {
  const administrators = new Set([
    // Who administers a given cluster, its owner decides.
    ...(deployer === undefined || cluster.given !== undefined ? [] : [deployer]),
    ...cluster.adminRoleArns,
  ]);
  return {
    ClusterName: environment,
    KubernetesVersion: cluster.given?.version ?? cluster.kubernetesVersion ?? NEW_CLUSTERS,
    ...givenClusterParameters(cluster),
    VpcId: plan.givenVpc?.id ?? '',
    PrivateSubnetIds: (plan.givenVpc?.privateSubnetIds ?? []).join(),
    VpcCidr: plan.vpcCidr,
    AvailabilityZones: plan.zones.join(),
    PublicSubnetCidrs: plan.publicSubnets.join(),
    PrivateSubnetCidrs: plan.privateSubnets.join(),
    ...multusSubnets(plan),
    MultusCidr: plan.multusCidr ?? '',
    ...familyParameter(plan),
    ...givenIpv6Parameters(plan),
    ...routeParameters(plan.routes ?? []),
    NatGateways: cluster.natGateways,
    Internet: cluster.internet,
    SecretsEncryption: String(cluster.secretsEncryption),
    EndpointPublicAccessCidrs: cluster.publicAccessCidrs.join(),
    ControlPlaneLogs: cluster.logs.join(),
    AdminRoleArns: [...administrators].join(),
    PermissionsBoundaryArn: stackOptions.boundaryArn ?? '',
    VpcCniRights: cluster.vpcCniRights,
    SessionManager: String(sessionManager),
  };
}

/** The parameters of `cfn/infra.yaml` for routes, one for each route, by the kind of what they lead to. */
const ROUTE_PARAMETERS: Readonly<Record<RouteTarget, readonly string[]>> = {
  pcx: ['MultusPeering1', 'MultusPeering2'],
  tgw: ['MultusTransit1', 'MultusTransit2'],
  vgw: ['MultusVpn'],
};

function routeParameters(routes: readonly MultusRoute[]): Texts {
  return Object.fromEntries(
    Object.entries(ROUTE_PARAMETERS).flatMap(([kind, parameters]) => {
      const own = routes.filter(({ target }) => kindOf(target) === kind);
      const texts = own.map(({ destination, target }) => `${destination}=${target}`);
      return parameters.map((parameter, place) => [parameter, texts[place] ?? '']);
    }),
  );
}

/** The numbers of the networks for which the template has parameters. */
export const TEMPLATE_NETWORKS = [1, 2, 3, 4];

/**
 * The ranges of each network that the template can have, and the ids of subnets that others made. Empty for networks that
 * are not used.
 */
function multusSubnets({ multusSubnets: all }: NetworkPlan): Texts {
  return Object.fromEntries(
    TEMPLATE_NETWORKS.flatMap((network) => {
      const subnets = all.filter((subnet) => subnet.network === network);
      return [
        [`Multus${network}SubnetCidrs`, subnets.map(({ cidr }) => cidr).join()],
        [`Multus${network}SubnetIds`, subnets.flatMap(({ givenId }) => givenId ?? []).join()],
      ];
    }),
  );
}

/** Where the launch hook's code is staged. */
interface HookPlace {
  readonly bucket: string;
  readonly key: string;
  readonly version: string;
}

const NODE_ACCESS = { 'access-entries': 'access-entry', 'aws-auth': 'aws-auth', both: 'both' };

/** The outputs of `cfn/infra.yaml` that are parameters of `cfn/nodegroup.yaml` under the same names. */
const CLUSTER_FACTS = [
  'ClusterName',
  'ClusterEndpoint',
  'ClusterCertificateAuthority',
  'ServiceCidr',
  'ClusterSecurityGroupId',
  'VpcId',
  'MultusSecurityGroupId',
  'ClusterTag',
] as const;

/** The parameters of `cfn/nodegroup.yaml` for one group. */
function nodeGroupParameters(
  inputs: ProvisionInputs,
  group: NodeGroup,
  plan: NetworkPlan,
  infra: Texts,
  hook: HookPlace,
): Texts {
  return {
    ...pick(infra, CLUSTER_FACTS),
    EnvironmentName: inputs.environment,
    NodeGroupName: group.name,
    [ENTRY_PARAMETER]: commonName(group) ?? '',
    MinSize: String(group.min),
    DesiredSize: String(group.desired),
    MaxSize: String(group.max),
    // Whatever a deploy is for, it needs the nodes.
    [ASLEEP]: 'false',
    InstanceType: group.instanceType,
    Capacity: group.capacity,
    VolumeSize: String(group.volumeSize),
    KeyName: inputs.keyName ?? '',
    ...extraParameters(
      group,
      imageParameter(infra['KubernetesVersion'] ?? NEW_CLUSTERS, group.instanceType),
    ),
    SubnetId: idsOf(infra, 'PrivateSubnetIds')[plan.zones.indexOf(group.zone)] ?? '',
    ...interfaceParameters(group.zone, plan, infra),
    ...familyParameter(plan),
    CustomNetworking: String(infra['CustomNetworking'] === 'true'),
    PrefixesPerInterface: String(group.prefixesPerInterface),
    LambdaBucket: hook.bucket,
    LambdaKey: hook.key,
    LambdaObjectVersion: hook.version,
    NodeAccess: NODE_ACCESS[inputs.authentication],
    // The infra stack of an older release leaves the rights to the nodes.
    VpcCniRights: infra['VpcCniRights'] ?? 'node-role',
    SessionManager: String(inputs.sessionManager),
    PodsWaitForMultus: String(group.podsWaitForMultus),
    // The base's role is good for its own groups only.
    HookRoleArn: inputs.base === undefined ? (infra['HookRoleArn'] ?? '') : '',
    ...sharedRole(inputs, infra),
    PermissionsBoundaryArn: inputs.stackOptions.boundaryArn ?? '',
    StartupTaint: group.startupTaint ? STARTUP_TAINT_TEXT : '',
  };
}

/** Where the Multus interfaces of a zone's nodes are; each list has one item for each network. */
function interfaceParameters(
  zone: string,
  { multusSubnets, zones }: NetworkPlan,
  infra: Texts,
): Texts {
  const subnetIds = idsOf(infra, 'MultusSubnetIds');
  const inZone = multusSubnets.flatMap((subnet, index) =>
    subnet.zone === zone ? [{ ...subnet, id: subnetIds[index] ?? '' }] : [],
  );
  // Nodes get routes to their network's subnets in the other zones.
  const inOtherZones = inZone.map(({ network }) =>
    multusSubnets.filter((subnet) => subnet.network === network && subnet.zone !== zone),
  );
  // The launch hook reserves these ranges, and so nothing in the subnets of others.
  const reserved = inZone.map(({ givenId, prefixCidr }) =>
    givenId === undefined ? prefixCidr : '',
  );
  return {
    MultusSubnetIds: inZone.map(({ id }) => id).join(),
    MultusPrefixCidrs: reserved.every((cidr) => cidr === '') ? '' : reserved.join(),
    MultusOtherZoneCidrs: inOtherZones
      .map((subnets) => [
        ...subnets.map(({ cidr }) => cidr),
        ...subnets.flatMap((subnet) => ipv6CidrOf(infra, zones, subnet) ?? []),
      ])
      .map((cidrs) => cidrs.join(' '))
      .join(),
  };
}

/**
 * The role that the infra stack makes while the cluster comes up. It is admitted already, so nodes need not wait for it.
 * Empty, which gives the group a role of its own, when aws-auth admits nodes (its rows are for such roles only) and when
 * an older release made the infra stack.
 */
function sharedRole({ authentication }: ProvisionInputs, infra: Texts): Texts {
  const shared = authentication === 'access-entries';
  return {
    NodeRoleArn: (shared && infra['NodeRoleArn']) || '',
    NodeProfileArn: (shared && infra['NodeProfileArn']) || '',
  };
}

/** The public SSM parameter that holds the id of AWS's newest EKS image. */
function imageParameter(kubernetesVersion: string, instanceType: string): string {
  return `/aws/service/eks/optimized-ami/${kubernetesVersion}/amazon-linux-2023/${architecture(instanceType)}/${imageVariant(instanceType)}/recommended/image_id`;
}

function pick(from: Texts, names: readonly string[]): Texts {
  return Object.fromEntries(names.map((name) => [name, from[name] ?? '']));
}
