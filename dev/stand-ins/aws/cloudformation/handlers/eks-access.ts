import {
  AssociateAccessPolicyCommand,
  CreateAccessEntryCommand,
  CreateAddonCommand,
  DeleteAccessEntryCommand,
  DeleteAddonCommand,
  DescribeAddonCommand,
  DisassociateAccessPolicyCommand,
  type ResolveConflicts,
  UpdateAccessEntryCommand,
  UpdateAddonCommand,
} from '@aws-sdk/client-eks';
import { retagEks } from './eks-cluster.ts';
import { ignoreMissing, isMissing } from './failure.ts';
import { handler, type ResourceContext } from './handler.ts';
import type { TagPair } from './tags.ts';

interface AccessPolicy {
  readonly PolicyArn: string;
  readonly AccessScope: { readonly Type: 'cluster' | 'namespace'; readonly Namespaces?: string[] };
}

interface AccessEntry {
  readonly ClusterName: string;
  readonly PrincipalArn: string;
  readonly Type?: string;
  readonly Username?: string;
  readonly KubernetesGroups?: string[];
  readonly AccessPolicies?: readonly AccessPolicy[];
  readonly Tags?: readonly TagPair[];
}

const accessEntry = handler<AccessEntry>({
  properties: [
    'ClusterName',
    'PrincipalArn',
    'Type',
    'Username',
    'KubernetesGroups',
    'AccessPolicies',
    'Tags',
  ],
  async create(properties, context) {
    const { ClusterName: clusterName, PrincipalArn: principalArn } = properties;
    const { accessEntry: made } = await context.clients.eks.send(
      new CreateAccessEntryCommand({
        clusterName,
        principalArn,
        type: properties.Type,
        username: properties.Username,
        kubernetesGroups: properties.KubernetesGroups,
        tags: { ...context.tags },
      }),
    );
    const id = `${principalArn}|${clusterName}`;
    const attributes = { AccessEntryArn: made?.accessEntryArn ?? '' };
    context.initiated(id, attributes);
    await setAccessPolicies(properties, [], context);
    return { id, attributes };
  },
  async update({ properties: before, tags, attributes }, after, context) {
    await context.clients.eks.send(
      new UpdateAccessEntryCommand({
        clusterName: after.ClusterName,
        principalArn: after.PrincipalArn,
        username: after.Username,
        kubernetesGroups: after.KubernetesGroups ?? [],
      }),
    );
    await setAccessPolicies(after, before.AccessPolicies ?? [], context);
    await retagEks(String(attributes['AccessEntryArn']), tags, context);
    return attributes;
  },
  async delete({ properties: { ClusterName, PrincipalArn } }, { clients }) {
    const entry = { clusterName: ClusterName, principalArn: PrincipalArn };
    await clients.eks.send(new DeleteAccessEntryCommand(entry));
  },
});

async function setAccessPolicies(
  { ClusterName: clusterName, PrincipalArn: principalArn, AccessPolicies = [] }: AccessEntry,
  before: readonly AccessPolicy[],
  { clients: { eks } }: ResourceContext,
): Promise<void> {
  const wanted = new Set(AccessPolicies.map(({ PolicyArn }) => PolicyArn));
  for (const { PolicyArn: policyArn } of before.filter(({ PolicyArn }) => !wanted.has(PolicyArn))) {
    const input = { clusterName, principalArn, policyArn };
    await ignoreMissing(eks.send(new DisassociateAccessPolicyCommand(input)));
  }
  for (const { PolicyArn: policyArn, AccessScope } of AccessPolicies) {
    const accessScope = { type: AccessScope.Type, namespaces: AccessScope.Namespaces ?? [] };
    const input = { clusterName, principalArn, policyArn, accessScope };
    await eks.send(new AssociateAccessPolicyCommand(input));
  }
}

interface Addon {
  readonly ClusterName: string;
  readonly AddonName: string;
  readonly AddonVersion?: string;
  readonly ConfigurationValues?: string;
  readonly ResolveConflicts?: ResolveConflicts;
  readonly ServiceAccountRoleArn?: string;
  readonly PodIdentityAssociations?: readonly {
    readonly ServiceAccount: string;
    readonly RoleArn: string;
  }[];
  readonly PreserveOnDelete?: boolean;
  readonly Tags?: readonly TagPair[];
}

const addon = handler<Addon>({
  properties: [
    'ClusterName',
    'AddonName',
    'AddonVersion',
    'ConfigurationValues',
    'ResolveConflicts',
    'ServiceAccountRoleArn',
    'PodIdentityAssociations',
    'PreserveOnDelete',
    'Tags',
  ],
  async create(properties, context) {
    const { addon: made } = await context.clients.eks.send(
      new CreateAddonCommand({ ...addonRequest(properties), tags: { ...context.tags } }),
    );
    const attributes = { Arn: made?.addonArn ?? '' };
    context.initiated(`${properties.ClusterName}|${properties.AddonName}`, attributes);
    await addonSettled(properties, context);
    return { id: `${properties.ClusterName}|${properties.AddonName}`, attributes };
  },
  async update({ tags, attributes }, properties, context) {
    await context.clients.eks.send(new UpdateAddonCommand(addonRequest(properties)));
    await addonSettled(properties, context);
    await retagEks(String(attributes['Arn']), tags, context);
    return attributes;
  },
  async delete({ properties }, context) {
    const { eks } = context.clients;
    const name = { clusterName: properties.ClusterName, addonName: properties.AddonName };
    await eks.send(new DeleteAddonCommand({ ...name, preserve: properties.PreserveOnDelete }));
    await context.until(`Addon ${name.addonName}`, async () => {
      try {
        await eks.send(new DescribeAddonCommand(name));
        return undefined;
      } catch (error) {
        if (isMissing(error)) return true;
        throw error;
      }
    });
  },
});

function addonRequest(properties: Addon) {
  return {
    clusterName: properties.ClusterName,
    addonName: properties.AddonName,
    addonVersion: properties.AddonVersion,
    configurationValues: properties.ConfigurationValues,
    resolveConflicts: properties.ResolveConflicts,
    serviceAccountRoleArn: properties.ServiceAccountRoleArn,
    podIdentityAssociations: (properties.PodIdentityAssociations ?? []).map((one) => ({
      serviceAccount: one.ServiceAccount,
      roleArn: one.RoleArn,
    })),
  };
}

async function addonSettled(
  { ClusterName: clusterName, AddonName: addonName }: Addon,
  { clients, until }: ResourceContext,
): Promise<void> {
  await until(`Addon ${addonName}`, async () => {
    const found = await clients.eks.send(new DescribeAddonCommand({ clusterName, addonName }));
    const status = found.addon?.status ?? '';
    if (status.endsWith('_FAILED')) {
      const issues = found.addon?.health?.issues?.map(({ message }) => message).join(' ') ?? '';
      throw new Error(`Addon ${addonName} is in status ${status}. ${issues}`);
    }
    return status === 'ACTIVE' ? true : undefined;
  });
}

export const accessHandlers = {
  'AWS::EKS::AccessEntry': accessEntry,
  'AWS::EKS::Addon': addon,
};
