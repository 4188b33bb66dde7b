import {
  type AccessConfigResponse,
  type Cluster,
  CreateClusterCommand,
  type CreateClusterCommandInput,
  DeleteClusterCommand,
  DescribeClusterCommand,
  DescribeUpdateCommand,
  type Logging,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateClusterConfigCommand,
  UpdateClusterVersionCommand,
  type VpcConfigRequest,
} from '@aws-sdk/client-eks';
import { sameValue, type Value, type Values } from '../language/value.ts';
import { lowerCamel } from './eks-names.ts';
import { isMissing } from './failure.ts';
import { type Existing, handler, type ResourceContext, type Tags } from './handler.ts';
import { type TagPair, tagChanges } from './tags.ts';

interface EksCluster {
  readonly Name?: string;
  readonly Version?: string;
  readonly RoleArn: string;
  readonly ResourcesVpcConfig: Values;
  readonly AccessConfig?: Values;
  readonly BootstrapSelfManagedAddons?: boolean;
  readonly EncryptionConfig?: readonly Values[];
  readonly KubernetesNetworkConfig?: Values;
  readonly Logging?: {
    readonly ClusterLogging?: { readonly EnabledTypes?: readonly { Type: string }[] };
  };
  readonly UpgradePolicy?: Values;
  readonly Tags?: readonly TagPair[];
}

const cluster = handler<EksCluster>({
  properties: [
    'Name',
    'Version',
    'RoleArn',
    'ResourcesVpcConfig',
    'AccessConfig',
    'BootstrapSelfManagedAddons',
    'EncryptionConfig',
    'KubernetesNetworkConfig',
    'Logging',
    'UpgradePolicy',
    'Tags',
  ],
  async create(properties, context) {
    const name = properties.Name ?? context.name(100);
    await context.clients.eks.send(
      new CreateClusterCommand(request(name, properties, context.tags)),
    );
    context.initiated(name);
    const active = await settled(name, context);
    return { id: name, attributes: attributesOf(active) };
  },
  async update(existing, after, context) {
    await updateVersion(existing, after, context);
    await updateConfig(existing, after, context);
    const { id, attributes, tags } = existing;
    await retagEks(String(attributes['Arn']), tags, context);
    return attributesOf(await settled(id, context));
  },
  async delete({ id }, context) {
    const { eks } = context.clients;
    await eks.send(new DeleteClusterCommand({ name: id }));
    await context.until(`Cluster ${id}`, async () => {
      try {
        await eks.send(new DescribeClusterCommand({ name: id }));
        return undefined;
      } catch (error) {
        if (isMissing(error)) return true;
        throw error;
      }
    });
  },
});

/** The template's properties in the API's form: the same names in lower camel case, except for logging. */
function request(name: string, properties: EksCluster, tags: Tags): CreateClusterCommandInput {
  const { Name: _name, Tags: _tags, Logging: _logging, ...others } = properties;
  const logging = loggingOf(properties);
  return {
    ...(lowerCamel(others as unknown as Values) as unknown as CreateClusterCommandInput),
    name,
    ...(logging === undefined ? {} : { logging }),
    tags: { ...tags },
  };
}

function loggingOf({ Logging: logging }: EksCluster): Logging | undefined {
  const types = logging?.ClusterLogging?.EnabledTypes;
  if (types === undefined) return undefined;
  const names = types.map(({ Type }) => Type);
  return {
    clusterLogging: [
      { enabled: true, types: names as NonNullable<Logging['clusterLogging']>[0]['types'] },
    ],
  };
}

async function settled(name: string, { clients, until }: ResourceContext): Promise<Cluster> {
  return until(`Cluster ${name}`, async () => {
    const { cluster: found } = await clients.eks.send(new DescribeClusterCommand({ name }));
    if (found?.status === 'FAILED') {
      const issues = found.health?.issues?.map(({ message }) => message).join(' ') ?? '';
      throw new Error(`Cluster ${name} is in status FAILED. ${issues}`);
    }
    return found?.status === 'ACTIVE' ? found : undefined;
  });
}

function attributesOf(found: Cluster): Values {
  return {
    Arn: found.arn ?? '',
    Id: found.id ?? '',
    Endpoint: found.endpoint ?? '',
    CertificateAuthorityData: found.certificateAuthority?.data ?? '',
    'CertificateAuthority.Data': found.certificateAuthority?.data ?? '',
    ClusterSecurityGroupId: found.resourcesVpcConfig?.clusterSecurityGroupId ?? '',
    OpenIdConnectIssuerUrl: found.identity?.oidc?.issuer ?? '',
    EncryptionConfigKeyArn: found.encryptionConfig?.[0]?.provider?.keyArn ?? '',
    'KubernetesNetworkConfig.ServiceIpv6Cidr': found.kubernetesNetworkConfig?.serviceIpv6Cidr ?? '',
  };
}

async function updateVersion(
  { id, properties: before }: Existing<EksCluster>,
  { Version: version }: EksCluster,
  context: ResourceContext,
): Promise<void> {
  if (version === undefined || version === before.Version) return;
  const { eks } = context.clients;
  const { update } = await eks.send(new UpdateClusterVersionCommand({ name: id, version }));
  const { version: reached } = await settled(id, context);
  if (reached === version) return;
  const ended = await eks.send(new DescribeUpdateCommand({ name: id, updateId: update?.id }));
  const errors = ended.update?.errors?.map(({ errorMessage }) => errorMessage).join(' ');
  throw new Error(`Cluster ${id} stays at version ${reached}: ${errors}`);
}

/** EKS accepts one kind of configuration change per call, and one call at a time. */
async function updateConfig(
  { id, properties: before }: Existing<EksCluster>,
  after: EksCluster,
  context: ResourceContext,
): Promise<void> {
  const changes = [
    differs(before.ResourcesVpcConfig, after.ResourcesVpcConfig) && {
      resourcesVpcConfig: lowerCamel(after.ResourcesVpcConfig) as unknown as VpcConfigRequest,
    },
    differs(before.Logging as Value, after.Logging as Value) && {
      logging: loggingOf(after) ?? { clusterLogging: [] },
    },
    differs(before.AccessConfig, after.AccessConfig) && {
      accessConfig: {
        authenticationMode: after.AccessConfig?.['AuthenticationMode'] as NonNullable<
          AccessConfigResponse['authenticationMode']
        >,
      },
    },
  ].filter((change) => change !== false);
  for (const change of changes) {
    await context.clients.eks.send(new UpdateClusterConfigCommand({ name: id, ...change }));
    await settled(id, context);
  }
}

function differs(before: Value | undefined, after: Value | undefined): boolean {
  return !sameValue(before, after);
}

/** Updates the tags of any EKS resource, identified by its ARN. */
export async function retagEks(
  resourceArn: string,
  before: Tags,
  context: ResourceContext,
): Promise<void> {
  const { set, removed } = tagChanges(before, context.tags);
  const { eks } = context.clients;
  if (Object.keys(set).length > 0) {
    await eks.send(new TagResourceCommand({ resourceArn, tags: { ...set } }));
  }
  if (removed.length > 0) {
    await eks.send(new UntagResourceCommand({ resourceArn, tagKeys: [...removed] }));
  }
}

export const clusterHandlers = { 'AWS::EKS::Cluster': cluster };
