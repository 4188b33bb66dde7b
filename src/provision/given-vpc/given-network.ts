import { CloudError, InputError } from '../../core/errors.ts';
import { ENVIRONMENT_TAG } from '../../environment/tags.ts';
import {
  chooseSubnets,
  type GivenVpcRequest,
  type PresentVpc,
  planGivenNetwork,
} from '../../vpc/given-vpc.ts';
import { partsOf } from '../../vpc/ownership.ts';
import type { NetworkPlan } from '../../vpc/plan.ts';
import type { ProvisionInputs } from '../inputs.ts';
import { nodeGroupsIn, prefixProblems, zoneProblems } from '../node-groups.ts';
import type { Answer } from '../preflight/facts.ts';
import { addNote } from '../report.ts';
import type { Session } from '../session.ts';

/** The inputs with a zone for every node group, and the network in the VPC that others made. */
export interface GivenNetwork {
  readonly inputs: ProvisionInputs;
  readonly network: NetworkPlan;
}

/**
 * Looks at the VPC and the subnets that the inputs name, and plans the network in them. Changes nothing.
 *
 * @throws InputError when the VPC lacks what the inputs name, or does not have one subnet in each zone.
 * @throws CloudError when EC2 does not say what the VPC has.
 */
export async function givenNetwork(
  session: Session,
  request: GivenVpcRequest,
): Promise<GivenNetwork> {
  const { inputs, vpc } = session;
  const present = knownOr(await vpc.present(request.vpcId), request);
  if (present === undefined) throw noSuchVpc(inputs, request);
  const selected = chooseSubnets(request, present);
  if ('problems' in selected) throw new InputError(selected.problems);
  const { chosen } = selected;
  const ids = chosen.multusSubnets.flat().map(({ id }) => id);
  const reservations = knownOr(await vpc.prefixReservations(ids), request);
  const isOwn = ({ tags }: PresentVpc['subnets'][0]) =>
    tags[ENVIRONMENT_TAG] === inputs.environment;
  const result = planGivenNetwork(request, present, chosen, reservations, isOwn);
  if ('problems' in result) throw new InputError(result.problems);
  const network = result.plan;
  const nodeGroups = nodeGroupsIn(inputs.nodeGroups, network.zones);
  const problems = [
    ...zoneProblems(nodeGroups, network.zones),
    ...prefixProblems(nodeGroups, network),
  ];
  if (problems.length > 0) throw new InputError(problems);
  noteParts(session, network);
  return { inputs: { ...inputs, nodeGroups, network }, network };
}

function knownOr<T>(answer: Answer<T>, { vpcId }: GivenVpcRequest): T {
  if ('value' in answer) return answer.value;
  throw new CloudError({
    resource: `vpc-id ${vpcId}`,
    reason: `what it has is not known: ${answer.unknown}`,
    nextStep:
      'allow the role ec2:DescribeVpcs, ec2:DescribeSubnets and ec2:GetSubnetCidrReservations, then run the action again',
  });
}

function noSuchVpc({ region }: ProvisionInputs, { vpcId }: GivenVpcRequest): InputError {
  const allowed = `a VPC that this account has in ${region}`;
  return new InputError([{ input: 'vpc-id', value: vpcId, allowed }]);
}

function noteParts(session: Session, network: NetworkPlan): void {
  const { log } = session;
  for (const { part, which, whose } of partsOf(network)) {
    log.info(`${whose}: ${part}${which === '' ? '' : ` ${which}`}`);
  }
  const id = network.givenVpc?.id;
  addNote(
    session,
    `In the VPC ${id}, which is given: nothing that is given is changed or deleted.`,
  );
}
