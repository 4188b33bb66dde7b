import { principalArn } from '../aws/identity.ts';
import type { StackSpec, Template } from '../cloudformation/stack-api.ts';
import { STARTUP_TAINT_TEXT } from '../environment/shared-cluster.ts';
import { creationTags, stackTags } from '../environment/tags.ts';
import type { NetworkPlan } from '../vpc/plan.ts';
import { architecture } from './check-inputs.ts';
import type { NodeGroup } from './fields.ts';
import type { ProvisionInputs } from './inputs.ts';
import type { Pack } from './pack.ts';
import type { Session } from './session.ts';

type Parameters = Readonly<Record<string, string>>;

/** The Kubernetes version of a new cluster when none is asked for; an existing cluster keeps its own. */
const NEW_CLUSTERS = '1.35';

const NODE_ACCESS = { 'access-entries': 'access-entry', 'aws-auth': 'aws-auth', both: 'both' };

/** `<environment>-<node group>`. */
export function nodeGroupStackName(environment: string, group: string): string {
  return `${environment}-${group}`;
}

/**
 * The parameters of `cfn/infra.yaml`. `deployer` is the IAM principal that runs the action, which becomes the
 * cluster's first administrator.
 */
export function infraParameters(
  inputs: ProvisionInputs,
  plan: NetworkPlan,
  deployer: string | undefined,
): Parameters {
  const administrators = new Set([
    ...(deployer === undefined ? [] : [deployer]),
    ...inputs['admin-role-arns'],
  ]);
  return {
    ClusterName: inputs.environment,
    KubernetesVersion: inputs['kubernetes-version'] ?? NEW_CLUSTERS,
    VpcCidr: plan.vpcCidr,
    AvailabilityZones: plan.zones.join(),
    PublicSubnetCidrs: plan.publicSubnets.join(),
    PrivateSubnetCidrs: plan.privateSubnets.join(),
    ...multusSubnetCidrs(plan),
    NatGateways: inputs['nat-gateways'],
    SecretsEncryption: String(inputs['secrets-encryption']),
    EndpointPublicAccessCidrs: inputs['endpoint-public-access-cidrs'].join(),
    ControlPlaneLogs: inputs['control-plane-logs'].join(),
    AdminRoleArns: [...administrators].join(),
  };
}

/** One list for each network that the template can have; those of networks that there are not are empty. */
function multusSubnetCidrs({ multusSubnets }: NetworkPlan): Parameters {
  return Object.fromEntries(
    [1, 2, 3, 4].map((network) => [
      `Multus${network}SubnetCidrs`,
      multusSubnets
        .filter((subnet) => subnet.network === network)
        .map(({ cidr }) => cidr)
        .join(),
    ]),
  );
}

/** Where the launch hook's code is staged. */
export interface HookCode {
  readonly bucket: string;
  readonly key: string;
}

/** The parameters of `cfn/nodegroup.yaml` for one group, wired from the infra stack's outputs. */
export function nodeGroupParameters(
  inputs: ProvisionInputs,
  group: NodeGroup,
  plan: NetworkPlan,
  infra: Parameters,
  hook: HookCode,
): Parameters {
  const multusIds = idsOf(infra, 'MultusSubnetIds');
  const inZone = plan.multusSubnets.flatMap((subnet, index) =>
    subnet.zone === group.zone
      ? [{ id: multusIds[index] ?? '', prefixes: subnet.prefixCidr, network: subnet.network }]
      : [],
  );
  return {
    ...pick(infra, [
      'ClusterName',
      'ClusterEndpoint',
      'ClusterCertificateAuthority',
      'ServiceCidr',
      'ClusterSecurityGroupId',
      'VpcId',
      'MultusSecurityGroupId',
    ]),
    EnvironmentName: inputs.environment,
    NodeGroupName: group.name,
    MinSize: String(group.min),
    DesiredSize: String(group.desired),
    MaxSize: String(group.max),
    InstanceType: group['instance-type'],
    VolumeSize: String(group['volume-size']),
    KeyName: inputs['key-name'] ?? '',
    NodeImageIdSSMParam: imageParameter(
      infra['KubernetesVersion'] ?? NEW_CLUSTERS,
      group['instance-type'],
    ),
    SubnetId: idsOf(infra, 'PrivateSubnetIds')[plan.zones.indexOf(group.zone)] ?? '',
    MultusSubnetIds: inZone.map(({ id }) => id).join(),
    MultusPrefixCidrs: inZone.map(({ prefixes }) => prefixes).join(),
    MultusOtherZoneCidrs: inZone
      .map(({ network }) => otherZoneCidrs(plan, network, group.zone).join(' '))
      .join(),
    PrefixesPerInterface: String(group['prefixes-per-interface']),
    LambdaBucket: hook.bucket,
    LambdaKey: hook.key,
    NodeAccess: NODE_ACCESS[inputs.authentication],
    PodsWaitForMultus: String(group['pods-wait-for-multus']),
    ...guestRole(inputs, infra),
    StartupTaint: group['startup-taint'] ? STARTUP_TAINT_TEXT : '',
  };
}

/**
 * The role that a base keeps for nodes of others, which is admitted already and need not be waited for. A row of
 * aws-auth, where one is asked for, is for a role of the environment's own.
 */
function guestRole(inputs: ProvisionInputs, infra: Parameters): Parameters {
  const guest =
    inputs['base-environment'] !== undefined && inputs.authentication === 'access-entries';
  return {
    NodeRoleArn: (guest && infra['GuestNodeRoleArn']) || '',
    NodeProfileArn: (guest && infra['GuestNodeProfileArn']) || '',
  };
}

/** A network's subnets in all zones but one: that network's nodes get routes to them. */
function otherZoneCidrs(
  { multusSubnets }: NetworkPlan,
  network: number,
  zone: string,
): readonly string[] {
  return multusSubnets
    .filter((subnet) => subnet.network === network && subnet.zone !== zone)
    .map(({ cidr }) => cidr);
}

/** The public parameter in which AWS keeps the id of its newest EKS image. */
function imageParameter(kubernetesVersion: string, instanceType: string): string {
  return `/aws/service/eks/optimized-ami/${kubernetesVersion}/amazon-linux-2023/${architecture(instanceType)}/standard/recommended/image_id`;
}

export function idsOf(outputs: Parameters, name: string): readonly string[] {
  return (outputs[name] ?? '').split(',');
}

function pick(from: Parameters, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, from[name] ?? '']));
}

type Texts = Readonly<Record<string, string>>;

/** The infra stack as the inputs want it. */
export function infraSpec(session: Session, pack: Pack, network: NetworkPlan): StackSpec {
  const { inputs, account } = session;
  // The input knows the role's whole ARN; what STS says of a session leaves out its path.
  const role = inputs['chained-role'] ?? inputs['role-to-assume'];
  const deployer = role ?? principalArn(account.arn);
  const parameters = infraParameters(inputs, network, deployer);
  // Without being asked, a newer release of this pack must not upgrade a cluster.
  const version = inputs['kubernetes-version'] === undefined ? ['KubernetesVersion'] : [];
  return {
    ...spec(session, inputs.environment, pack.infra, parameters),
    // To change what is decided at creation would be to replace the cluster.
    keep: [...version, 'SecretsEncryption'],
    keepPlaces: ['AdminRoleArns'],
  };
}

/** A node group's stack as the inputs want it, wired from what the infra stack put out. */
export function nodeGroupSpec(
  session: Session,
  pack: Pack,
  network: NetworkPlan,
  group: NodeGroup,
  infraOutputs: Texts,
): StackSpec {
  const { inputs, bucket } = session;
  const hook = { bucket: bucket.name, key: pack.hook.key };
  const parameters = nodeGroupParameters(inputs, group, network, infraOutputs, hook);
  return {
    ...spec(session, groupStack(session, group), pack.nodeGroup, parameters),
    // Nodes that run would lose a role that goes.
    keep: ['NodeRoleArn', 'NodeProfileArn'],
  };
}

export function groupStack({ inputs }: Pick<Session, 'inputs'>, group: NodeGroup): string {
  return nodeGroupStackName(inputs.environment, group.name);
}

function spec(
  { clock, inputs, run }: Session,
  name: string,
  template: Template,
  parameters: Texts,
): StackSpec {
  return {
    name,
    template,
    parameters,
    tags: stackTags(inputs.environment, inputs['base-environment']),
    creationTags: creationTags(run, { ttlHours: inputs['ttl-hours'], now: clock.now() }),
    onFailure: inputs['on-failure'],
    terminationProtection: inputs['termination-protection'],
    roleArn: inputs['cloudformation-role-arn'],
    runId: run.id,
  };
}
