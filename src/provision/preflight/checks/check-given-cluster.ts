import type { Refusal } from '../../given-cluster/cluster-inside.ts';
import { mayHaveRights } from '../../given-cluster/cluster-parameters.ts';
import type { PresentCluster } from '../../given-cluster/present-cluster.ts';
import { leavesMultusAlone, type VpcCni } from '../../given-cluster/vpc-cni.ts';
import { type AccountFacts, known } from '../facts.ts';
import { deployerArn, type SetUp } from '../set-up.ts';
import { type Check, type Finding, notice, problem } from './finding.ts';

export const checkGivenCluster: Check = {
  name: 'Given cluster',
  needs: ['givenCluster'],
  find(setUp, facts) {
    const inside = known(facts.givenCluster);
    const cluster = setUp.inputs.cluster.given;
    if (inside === undefined || cluster === undefined) return [];
    if ('refused' in inside) return [refusal(setUp, cluster, inside)];
    const { vpcCni, otherMultus } = inside;
    return [
      ...multusFindings(cluster, otherMultus),
      ...(vpcCni === undefined
        ? [noVpcCni(cluster)]
        : [
            ...versionFindings(vpcCni),
            ...rightsFindings(setUp, vpcCni),
            ...customNetworkingFindings(setUp, vpcCni, inside.eniConfigs),
            ...podInterfaceFindings(setUp, facts, vpcCni),
            ...discoveryFindings(setUp, facts, vpcCni),
          ]),
    ];
  },
};

/** https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html and auth-configmap.html */
function refusal(
  setUp: SetUp,
  { name, authenticationMode }: PresentCluster,
  { refused }: Refusal,
): Finding {
  const role = deployerArn(setUp) ?? 'ARN_OF_THE_ROLE';
  const partition = role.split(':')[1] ?? 'aws';
  const entry = `--cluster-name ${name} --principal-arn ${role}`;
  const policy = `arn:${partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy`;
  const way =
    authenticationMode === 'CONFIG_MAP'
      ? `map it in aws-auth (eksctl create iamidentitymapping --cluster ${name} --arn ${role} --username eks-multus --group system:masters)`
      : `give it an access entry: aws eks create-access-entry ${entry} && aws eks associate-access-policy ${entry} --access-scope type=cluster --policy-arn ${policy}`;
  return problem(
    `existing-cluster: ${refused}`,
    `let somebody who administers ${name} (at first, that is who made it) ${way}`,
  );
}

function multusFindings({ name }: PresentCluster, others: readonly string[]): readonly Finding[] {
  return others.map((one) =>
    problem(
      `existing-cluster: ${name} has a Multus of others, ${one}; two would write the same file on each node`,
      'use a cluster without Multus, or let its owner remove that one',
    ),
  );
}

function noVpcCni({ name }: PresentCluster): Finding {
  return problem(
    `existing-cluster: ${name} has no daemonset kube-system/aws-node, and Multus of this pack gives pods their first interface by the VPC CNI`,
    'use a cluster with the VPC CNI',
  );
}

function versionFindings(vpcCni: VpcCni): readonly Finding[] {
  if (leavesMultusAlone(vpcCni) !== false) return [];
  return [
    problem(
      `existing-cluster: its VPC CNI ${vpcCni.version} does not know the tag node.k8s.amazonaws.com/no_manage, and would give addresses of the Multus interfaces to other pods`,
      'let its owner update the VPC CNI to v1.6 or later',
    ),
  ];
}

/** The boundary of `github-own-cluster.yaml` would take the rights from the nodes again. */
function rightsFindings({ inputs }: SetUp, { hasOwnRole }: VpcCni): readonly Finding[] {
  const { cluster, stackOptions } = inputs;
  if (hasOwnRole || cluster.given === undefined || mayHaveRights(stackOptions, cluster.given)) {
    return [];
  }
  return [
    problem(
      `existing-cluster: its VPC CNI has no role of its own, and ${stackOptions.boundaryArn} does not let nodes have its rights`,
      'let its owner give it a role by EKS Pod Identity or by its service account (https://docs.aws.amazon.com/eks/latest/userguide/cni-iam-role.html)',
    ),
  ];
}

/** The label that EKS recommends: https://docs.aws.amazon.com/eks/latest/userguide/cni-custom-network-tutorial.html */
const BY_ZONE = 'topology.kubernetes.io/zone';

function customNetworkingFindings(
  { groups, network }: SetUp,
  { customNetworking, eniConfigBy }: VpcCni,
  eniConfigs: readonly string[],
): readonly Finding[] {
  if (!customNetworking) return [];
  if (eniConfigBy !== BY_ZONE) {
    return [
      notice(
        `existing-cluster: its VPC CNI has custom networking, and nodes get their ENIConfig by ${eniConfigBy}, which nodes of this pack lack; they get the ENIConfig default`,
        `let its owner set ENI_CONFIG_LABEL_DEF to ${BY_ZONE}, with one ENIConfig for each zone`,
      ),
    ];
  }
  const zones = network.zones.filter((zone) => groups.some(({ group }) => group.zone === zone));
  const missing = zones.filter((zone) => !eniConfigs.includes(zone));
  if (missing.length === 0) return [];
  return [
    problem(
      `existing-cluster: its VPC CNI has custom networking, and there is no ENIConfig for ${missing.join(', ')}, without which pods get no addresses`,
      'let its owner add these ENIConfigs, or put the node groups into other zones',
    ),
  ];
}

/** The interface that VPC resource controller adds for security groups of pods needs a place of its own. */
function podInterfaceFindings(
  { groups, network }: SetUp,
  facts: AccountFacts,
  { podInterfaces }: VpcCni,
): readonly Finding[] {
  if (!podInterfaces) return [];
  const networks = new Set(network.multusSubnets.map((subnet) => subnet.network)).size;
  const types = known(facts.instanceTypes) ?? [];
  const full = groups.flatMap(({ group }) => {
    const type = types.find(({ name }) => name === group.instanceType);
    return type !== undefined && type.interfaces < networks + 2 ? [group.instanceType] : [];
  });
  return [...new Set(full)].map((type) =>
    notice(
      `existing-cluster: its pods may have security groups of their own, which takes one more interface; an ${type} has none left beside its first one and ${networks} Multus interfaces`,
      'use a larger instance type, if such pods are to run on these nodes',
    ),
  );
}

const DISCOVERY_TAG = 'kubernetes.io/role/cni';

function discoveryFindings(
  { network }: SetUp,
  facts: AccountFacts,
  { subnetDiscovery }: VpcCni,
): readonly Finding[] {
  if (!subnetDiscovery) return [];
  const subnets = known(facts.givenVpc)?.subnets ?? [];
  const given = network.multusSubnets.flatMap(({ givenId }) => givenId ?? []);
  return subnets
    .filter(({ id, tags }) => given.includes(id) && tags[DISCOVERY_TAG] !== undefined)
    .map(({ id }) =>
      problem(
        `multus-subnets: ${id} has the tag ${DISCOVERY_TAG}, so the VPC CNI of the cluster also takes addresses from it`,
        'let its owner take the tag off, or give another subnet',
      ),
    );
}
