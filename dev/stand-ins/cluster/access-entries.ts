import type { AccessEntry } from '../aws/eks/eks.ts';

interface Mapping {
  readonly username: string;
  readonly groups: readonly string[];
}

/**
 * What the authenticator's DynamicFile back end reads (aws-iam-authenticator, pkg/mapper/dynamicfile):
 * access entries as role and user mappings. `version` rises with each change.
 */
export function dynamicFile(
  entries: readonly AccessEntry[],
  version: number,
  updatedAt: Date,
): string {
  const mapped = entries.map((entry) => ({ arn: entry.principalArn, ...mappingOf(entry) }));
  const isUser = ({ arn }: { readonly arn: string }) => arn.includes(':user/');
  return JSON.stringify({
    Version: String(version),
    LastUpdatedDateTime: String(Math.floor(updatedAt.getTime() / 1000)),
    mapRoles: mapped
      .filter((mapping) => !isUser(mapping))
      .map(({ arn, ...mapping }) => ({ rolearn: withoutPath(arn), ...mapping })),
    mapUsers: mapped.filter(isUser).map(({ arn, ...mapping }) => ({ userarn: arn, ...mapping })),
    mapAccounts: [],
  });
}

/**
 * The username and groups of an entry, as in the EKS user guide. EKS has its own authorizer for access
 * policies. Here, each policy is a group that `bootstrap-objects.ts` binds to a role.
 */
export function mappingOf(entry: AccessEntry): Mapping {
  if (entry.type === 'EC2_LINUX') {
    return {
      username: 'system:node:{{EC2PrivateDNSName}}',
      groups: ['system:bootstrappers', 'system:nodes'],
    };
  }
  const policies = entry.policyArns.map((arn) => policyGroup(arn.split('/').at(-1) ?? ''));
  return {
    username: entry.username === '' ? defaultUsername(entry.principalArn) : entry.username,
    groups: [...entry.kubernetesGroups, ...policies],
  };
}

/** The group that stands for an access policy, by the last part of the policy's ARN. */
export function policyGroup(policy: string): string {
  return policy === 'AmazonEKSClusterAdminPolicy'
    ? 'system:masters'
    : `eks-access-policy:${policy}`;
}

function defaultUsername(principalArn: string): string {
  const role = /^arn:([^:]+):iam::(\d+):role\/(?:.*\/)?([^/]+)$/.exec(principalArn);
  if (role === null) return principalArn;
  const [, partition, account, name] = role;
  return `arn:${partition}:sts::${account}:assumed-role/${name}/{{SessionName}}`;
}

/** STS returns a role's ARN without its path, so the authenticator looks up that form. */
function withoutPath(arn: string): string {
  return arn.replace(/:role\/.*\//, ':role/');
}
