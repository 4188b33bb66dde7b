import { EC2Client } from '@aws-sdk/client-ec2';
import { EKSClient } from '@aws-sdk/client-eks';
import { type AwsCaller, createClient } from '../../aws/clients.ts';
import type { NodeState } from '../../kubernetes/nodes.ts';
import { type ClusterAddress, clusterOf } from '../rollout/cluster-address.ts';
import type { ClusterQuestions } from '../upgrade/ask-cluster.ts';
import { versionChange } from '../upgrade/version-change.ts';
import { ask } from './account/ask.ts';
import { askConnections } from './account/ask-connections.ts';
import { askEc2 } from './account/ask-ec2.ts';
import { askEks } from './account/ask-eks.ts';
import { askGivenVpc } from './account/ask-given-vpc.ts';
import { askImages } from './account/ask-images.ts';
import { askNodeImages } from './account/ask-node-images.ts';
import { askRunner } from './account/ask-runner.ts';
import { needsQuota, usesOf } from './checks/check-quotas.ts';
import { needsPrivateApi } from './checks/check-runner.ts';
import { usedSubnets } from './checks/check-subnets.ts';
import type { AccountFacts, Answer, Decision } from './facts.ts';
import { mirroredImages } from './needed-images.ts';
import { deployerSimulation, serviceRoleSimulation } from './permissions.ts';
import { NAT_GATEWAYS } from './quotas.ts';
import { newInstances, newNatZones, type SetUp, typesOf, vpcIdOf } from './set-up.ts';

/** Learns from AWS what the checks of a set-up need, without changing anything. */
export type Gather = (setUp: SetUp) => Promise<AccountFacts>;

/** Who knows about a cluster that exists. */
interface ClusterSources {
  readonly cluster: ClusterQuestions;
  /** The nodes of a cluster, by its API server. */
  readonly nodes: (address: ClusterAddress) => Promise<readonly NodeState[]>;
}

/** Asks AWS all questions at the same time, and then for the quotas that their answers make matter. */
export function gatherWith(caller: AwsCaller, sources: ClusterSources): Gather {
  return async (setUp) => {
    const client = createClient(EC2Client, caller);
    const ec2 = askEc2(client);
    const { givenVpc, routes = [] } = setUp.network;
    const vpcId = vpcIdOf(setUp);
    const { inside } = setUp.inputs.cluster;
    const facts = await answers({
      ...aboutPlace(ec2, caller, setUp),
      ...aboutNodes(ec2, setUp),
      ...(givenVpc === undefined ? {} : { givenVpc: askGivenVpc(client, givenVpc.id) }),
      ...(routes.length === 0 || vpcId === undefined
        ? {}
        : { connections: askConnections(client, vpcId) }),
      ...(inside === undefined ? {} : { givenCluster: Promise.resolve(inside) }),
      ...aboutUpgrade(setUp, sources),
      ...aboutImages(caller, setUp),
      ...aboutNodeImages(caller, setUp),
      ...aboutRunner(setUp),
      ...(await aboutRoles(ec2, caller, setUp)),
    });
    const quotas = [
      ...new Set(
        usesOf(setUp, facts)
          .filter(needsQuota)
          .map(({ quota }) => quota),
      ),
    ];
    if (quotas.length === 0) return facts;
    const { askQuotas } = await import('./account/ask-quotas.ts');
    return { ...facts, quotas: await askQuotas(caller, quotas) };
  };
}

type Ec2Questions = ReturnType<typeof askEc2>;
type Questions = { readonly [Fact in keyof AccountFacts]?: Promise<AccountFacts[Fact]> };

async function answers(questions: Questions): Promise<AccountFacts> {
  const entries = Object.entries(questions).map(async ([fact, answer]) => [fact, await answer]);
  return Object.fromEntries(await Promise.all(entries));
}

/** The region and what the account has in it: only what a new cluster or a new gateway needs to know. */
function aboutPlace(ec2: Ec2Questions, caller: AwsCaller, setUp: SetUp): Questions {
  const eks = askEks(createClient(EKSClient, caller));
  const isNew = setUp.infra === undefined;
  const upgrades = versionChange(setUp) !== undefined;
  const gateways = newNatZones(setUp).length > 0;
  const enough = NAT_GATEWAYS.everybody ?? 0;
  return {
    ...(isNew ? { zones: ec2.zones(), vpcs: ec2.vpcs(), clusters: eks.clusters() } : {}),
    ...(isNew || upgrades ? { versions: eks.versions() } : {}),
    ...(gateways
      ? { elasticAddresses: ec2.elasticAddresses(), natGateways: ec2.natGateways(enough) }
      : {}),
  };
}

/** The cluster that is to be upgraded: what EKS, its add-ons and its nodes say. */
function aboutUpgrade(setUp: SetUp, { cluster, nodes }: ClusterSources): Questions {
  const change = versionChange(setUp);
  const address = clusterOf(setUp.infra?.outputs ?? {});
  if (change === undefined || address === undefined) return {};
  const { name } = address;
  return {
    insights: ask('eks:ListInsights', () => cluster.insights(name, change.to)),
    addons: ask('eks:ListAddons', () => cluster.addons(name, change.to)),
    kubelets: ask('access to the cluster', async () =>
      (await nodes(address)).map(({ name: node, version }) => ({ node, version })),
    ),
  };
}

function aboutNodes(ec2: Ec2Questions, setUp: SetUp): Questions {
  const { base, environment, keyName } = setUp.inputs;
  const subnets = usedSubnets(setUp).map(({ id }) => id);
  return {
    instanceTypes: ec2.instanceTypes(typesOf(setUp)),
    offerings: ec2.offerings(typesOf(setUp)),
    ...(setUp.groups.some((group) => newInstances(group) > 0)
      ? { instances: ec2.instances() }
      : {}),
    ...(keyName === undefined ? {} : { keyPair: ec2.keyPair(keyName) }),
    ...(subnets.length === 0
      ? {}
      : { multusSubnets: ec2.subnetUses(subnets, base ?? environment) }),
  };
}

function aboutRunner(setUp: SetUp): Questions {
  if (!needsPrivateApi(setUp)) return {};
  return { runner: askRunner(clusterOf(setUp.infra?.outputs ?? {})?.endpoint) };
}

/** Without `image-registry`, images are only looked at where nodes may not reach their registries. */
function aboutImages(caller: AwsCaller, setUp: SetUp): Questions {
  const { cluster, imageRegistry } = setUp.inputs;
  if (imageRegistry === undefined && cluster.internet === 'any') return {};
  const images = mirroredImages(setUp).map(({ image }) => image);
  return { images: askImages(caller, images) };
}

/** Only AMIs that node groups name: EKS sees to its own. */
function aboutNodeImages(caller: AwsCaller, { groups }: SetUp): Questions {
  const amis = [...new Set(groups.flatMap(({ group }) => group.ami ?? []))];
  return amis.length === 0 ? {} : { nodeImages: askNodeImages(caller, amis) };
}

async function aboutRoles(ec2: Ec2Questions, caller: AwsCaller, setUp: SetUp): Promise<Questions> {
  // IAM's client takes a while to load, and is used only here.
  const { askIam } = await import('./account/ask-iam.ts');
  const iam = askIam(caller);
  const deployer = deployerSimulation(setUp);
  const serviceRole = serviceRoleSimulation(setUp);
  // EKS takes administrators of other accounts, too. IAM knows only those of its own.
  const administrators = setUp.inputs.cluster.adminRoleArns.filter(
    (arn) => arn.split(':')[4] === setUp.account.accountId,
  );
  const isNew = setUp.infra === undefined;
  return {
    ...(deployer === undefined ? {} : { deployer: orDryRuns(iam.simulate(deployer), ec2, setUp) }),
    ...(serviceRole === undefined ? {} : { cloudFormation: iam.simulate(serviceRole) }),
    ...(isNew && administrators.length > 0
      ? { missingPrincipals: iam.missingPrincipals(administrators) }
      : {}),
  };
}

/**
 * A caller that may not simulate, and that makes the resources itself, can still ask EC2 by dry runs. Those of a role
 * that only CloudFormation uses say nothing.
 */
async function orDryRuns(
  simulated: Promise<Answer<readonly Decision[]>>,
  ec2: Ec2Questions,
  { inputs, infra }: SetUp,
): Promise<Answer<readonly Decision[]>> {
  const answer = await simulated;
  const makesItself = inputs.stackOptions.roleArn === undefined && infra === undefined;
  if (!('denied' in answer) || !makesItself) return answer;
  const tried = await ec2.dryRuns(inputs.environment);
  return 'value' in tried && tried.value.some(({ allowed }) => !allowed) ? tried : answer;
}
