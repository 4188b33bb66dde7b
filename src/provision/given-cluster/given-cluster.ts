import { idsOf } from '../../cloudformation/outputs.ts';
import type { Stack } from '../../cloudformation/stack-api.ts';
import { CloudError, InputError } from '../../core/errors.ts';
import type { ClusterSettings } from '../inputs.ts';
import type { Answer } from '../preflight/facts.ts';
import { addNote } from '../report.ts';
import type { Session } from '../session.ts';
import { mayHaveRights, vpcCniOf } from './cluster-parameters.ts';
import { checkIsFree, checkSameCluster } from './cluster-stays.ts';
import { fitToCluster, type GivenClusterRequest, type PresentCluster } from './present-cluster.ts';
import type { VpcCni } from './vpc-cni.ts';

/**
 * Looks at the cluster that the inputs name, and completes the inputs by it: the VPC, the private subnets, the way in for
 * nodes. Changes nothing.
 *
 * @param infra the environment's own infra stack, if it works
 * @param all all stacks of the account and region
 * @throws InputError when there is no such cluster, or it does not allow what the inputs ask for.
 * @throws CloudError when EKS does not say what it is, or when it is another one than before, an environment's, or not ready.
 */
export async function withGivenCluster(
  session: Session,
  request: GivenClusterRequest,
  infra: Stack | undefined,
  all: readonly Stack[],
): Promise<Session> {
  const { inputs, givenCluster } = session;
  const { environment, region } = inputs;
  const cluster = knownOr(await givenCluster.present(request.name), request);
  if (cluster === undefined) {
    const allowed = `a cluster that this account has in ${region}`;
    throw new InputError([{ input: 'existing-cluster', value: request.name, allowed }]);
  }
  checkIsReady(cluster);
  checkIsFree(environment, cluster, all);
  checkSameCluster(environment, infra, cluster);
  const subnets = knownOr(await givenCluster.privateSubnets(cluster), request);
  const result = fitToCluster(asBefore(request, infra), cluster, subnets);
  if ('problems' in result) throw new InputError(result.problems);
  const { authentication, vpc } = result;
  const inside = await givenCluster.inside(cluster);
  addNote(
    session,
    `On the cluster ${cluster.name}, which is given: Kubernetes ${cluster.version}, authentication mode ${cluster.authenticationMode}. Nodes get in by ${authentication}.`,
  );
  noteVpcCni(session, vpcCniOf(inside));
  const vpcCniRights = rightsOf(vpcCniOf(inside), mayHaveRights(inputs.stackOptions, cluster));
  const settings = { ...inputs.cluster, vpcCniRights, given: cluster, inside };
  return { ...session, inputs: { ...inputs, authentication, givenVpc: vpc, cluster: settings } };
}

function noteVpcCni(session: Session, vpcCni: VpcCni | undefined): void {
  if (vpcCni === undefined) return;
  const { customNetworking, hasOwnRole, prefixDelegation, version } = vpcCni;
  const settings = [
    `custom networking ${customNetworking ? 'on' : 'off'}`,
    `prefix delegation ${prefixDelegation ? 'on' : 'off'}`,
    hasOwnRole ? 'a role of its own' : "the rights of the nodes' role",
  ];
  addNote(session, `Its VPC CNI ${version} has ${settings.join(', ')}.`);
}

/** Nodes need the rights of the VPC CNI where it has no role. When nobody knows, they get them if they may have them. */
function rightsOf(vpcCni: VpcCni | undefined, mayHave: boolean): ClusterSettings['vpcCniRights'] {
  const needed = vpcCni === undefined ? mayHave : !vpcCni.hasOwnRole;
  return needed ? 'node-role' : 'pod-identity';
}

/** An environment that exists keeps its private subnets, also when the owner gives the cluster more of them. */
function asBefore(request: GivenClusterRequest, infra: Stack | undefined): GivenClusterRequest {
  const before = infra === undefined ? [] : idsOf(infra.parameters, 'PrivateSubnetIds');
  if (request.vpc.privateSubnets.length > 0 || before.length === 0) return request;
  return { ...request, vpc: { ...request.vpc, privateSubnets: before.map((id) => ({ id })) } };
}

function knownOr<T>(answer: Answer<T>, { name }: GivenClusterRequest): T {
  if ('value' in answer) return answer.value;
  throw new CloudError({
    resource: `existing-cluster ${name}`,
    reason: `what it is, is not known: ${answer.unknown}`,
    nextStep: `let the owner of the cluster deploy cfn/github-own-cluster.yaml for ${name}, which allows the roles to look at it (docs/own-cluster.md)`,
  });
}

/** An update by its owner does not stop nodes from joining. */
function checkIsReady({ name, status }: PresentCluster): void {
  if (status === 'ACTIVE' || status === 'UPDATING') return;
  throw new CloudError({
    resource: `existing-cluster ${name}`,
    reason: `it is ${status}`,
    nextStep: 'wait until it is ACTIVE, then run the action again',
  });
}
