import type { Stack } from '../../cloudformation/stack-api.ts';
import { hasWorked } from '../../cloudformation/stack-status.ts';
import { CloudError, InputError } from '../../core/errors.ts';
import { type NetworkPlan, planNetwork } from '../../vpc/plan.ts';
import { checkHasOwnCluster } from '../base-environment.ts';
import { checkClusterStays } from '../given-cluster/cluster-stays.ts';
import { withGivenCluster } from '../given-cluster/given-cluster.ts';
import { givenNetwork } from '../given-vpc/given-network.ts';
import { checkVpcStays } from '../given-vpc/given-parts.ts';
import type { ProvisionInputs } from '../inputs.ts';
import { nodeGroupsIn, prefixProblems, zoneProblems, zonesNamed } from '../node-groups.ts';
import { usableZones } from '../preflight/checks/check-zones.ts';
import { known } from '../preflight/facts.ts';
import { addNote } from '../report.ts';
import type { Session } from '../session.ts';
import { checkFamilyStays } from './ip-family.ts';

/** An environment with a cluster of its own, and its network. */
export interface OwnNetwork {
  /** The session, with inputs in which every node group has a zone. */
  readonly session: Session;
  readonly network: NetworkPlan;
}

/**
 * The network of an environment with a cluster of its own. When the inputs name no zones, an existing environment keeps its
 * zones, and a new one gets those that its node groups name and the region's first in which EKS makes clusters. In a given
 * VPC the private subnets say the zones.
 *
 * @param all all stacks of the account and region
 * @throws CloudError when the environment is on the cluster of another one or in another VPC, when AWS names too few
 *   zones, or when a given cluster cannot be used.
 * @throws InputError when the node groups do not fit into the zones, or a given cluster or VPC lacks what the inputs name.
 */
export async function ownNetwork(session: Session, all: readonly Stack[]): Promise<OwnNetwork> {
  const infra = workingInfra(session.inputs, all);
  checkHasOwnCluster(session.inputs.environment, all);
  checkClusterStays(session.inputs, infra);
  const { givenCluster } = session.inputs;
  const own = await (givenCluster === undefined
    ? inVpc(session, infra)
    : inVpc(await withGivenCluster(session, givenCluster, infra, all), infra));
  checkFamilyStays(session.inputs.environment, own.network, infra);
  return own;
}

async function inVpc(session: Session, infra: Stack | undefined): Promise<OwnNetwork> {
  const { inputs } = session;
  checkVpcStays(inputs, infra);
  const { network: given, givenVpc } = inputs;
  if (givenVpc !== undefined) {
    const { inputs: placed, network } = await givenNetwork(session, givenVpc);
    return { session: { ...session, inputs: placed }, network };
  }
  if (given !== undefined) return { session, network: given };
  const { zones, because } = await chosenZones(session, infra);
  addNote(
    session,
    `Zones: ${zones.join(', ')}, because ${because}; availability-zones chooses others.`,
  );
  const fitted = { ...inputs, nodeGroups: nodeGroupsIn(inputs.nodeGroups, zones) };
  const network = networkIn(fitted, zones);
  return { session: { ...session, inputs: { ...fitted, network } }, network };
}

function workingInfra({ environment }: ProvisionInputs, all: readonly Stack[]): Stack | undefined {
  return all.find(({ name, status }) => name === environment && hasWorked(status));
}

interface ChosenZones {
  readonly zones: readonly string[];
  readonly because: string;
}

async function chosenZones(session: Session, infra: Stack | undefined): Promise<ChosenZones> {
  const { inputs } = session;
  const present = infra?.parameters['AvailabilityZones']?.split(',') ?? [];
  if (present.length > 0) return { zones: present, because: 'the environment has them' };
  const answer = await session.zones();
  const zones = known(answer);
  if (zones === undefined) {
    throw noZones(inputs, 'unknown' in answer ? answer.unknown : 'AWS named none');
  }
  const named = zonesNamed(inputs.nodeGroups);
  const others = usableZones(zones)
    .map(({ name }) => name)
    .filter((name) => !named.includes(name))
    .toSorted();
  const chosen = [...named, ...others.slice(0, Math.max(0, inputs.zoneCount - named.length))];
  if (chosen.length < inputs.zoneCount) {
    throw noZones(inputs, `EKS makes clusters in too few zones: ${chosen.join(', ') || 'none'}`);
  }
  const because =
    named.length === 0
      ? `they are the first of ${inputs.region} in which EKS makes clusters`
      : 'node-groups names them, or they are the first others in which EKS makes clusters';
  return { zones: chosen, because };
}

function noZones({ region }: ProvisionInputs, reason: string): CloudError {
  return new CloudError({
    resource: `the availability zones of ${region}`,
    reason,
    nextStep: `name two or three zones in availability-zones, such as ${region}a,${region}b`,
  });
}

function networkIn(inputs: ProvisionInputs, zones: readonly string[]): NetworkPlan {
  const result = planNetwork({ ...inputs.networkRequest, zones });
  if ('problems' in result) throw new InputError(result.problems);
  const problems = [
    ...zoneProblems(inputs.nodeGroups, zones),
    ...prefixProblems(inputs.nodeGroups, result.plan),
  ];
  if (problems.length > 0) throw new InputError(problems);
  return result.plan;
}
