import { inNetwork } from '../../../core/ip.ts';
import { known, type RunnerFacts } from '../facts.ts';
import { routeTableOf } from '../given-vpc-facts.ts';
import type { SetUp } from '../set-up.ts';
import { type Check, type Finding, notice, problem } from './finding.ts';

/** Whether the steps that follow reach an API that only the VPC reaches. */
export const checkRunner: Check = {
  name: 'Way from the runner to the API',
  needs: ['runner'],
  find(setUp, facts) {
    const runner = known(facts.runner);
    if (runner === undefined || !needsPrivateApi(setUp)) return [];
    if (setUp.infra !== undefined) return reachFindings(setUp, runner);
    const { givenVpc } = setUp.network;
    if (givenVpc === undefined) return [newVpcFinding(runner)];
    const vpc = known(facts.givenVpc);
    if (vpc === undefined) return [];
    const routes = givenVpc.privateSubnetIds
      .flatMap((id) => routeTableOf(vpc, id)?.routes ?? [])
      .filter(({ active, destination }) => active && destination !== '0.0.0.0/0')
      .map(({ destination }) => destination);
    const networks = [...new Set([...vpc.cidrs, ...routes])];
    const isInside = runner.addresses.some((address) =>
      networks.some((network) => inNetwork(address, network)),
    );
    return isInside ? [] : [outsideFinding(runner, vpc.id, networks)];
  },
};

/** Only the steps after provision always call the API, and only a private one may be out of reach. */
export function needsPrivateApi({ inputs }: Pick<SetUp, 'inputs'>): boolean {
  return inputs.later !== undefined && inputs.cluster.publicAccessCidrs.length === 0;
}

const PRIVATE = 'endpoint-public-access-cidrs: none';
const FIX =
  'run the job on a runner inside (input runner), or name the network of the runner in endpoint-public-access-cidrs';

function reachFindings({ infra }: SetUp, { failure }: RunnerFacts): readonly Finding[] {
  if (failure === undefined) return [];
  const text = `${PRIVATE}, and this runner does not reach the API of ${infra?.name}: ${failure}`;
  return [problem(text, FIX)];
}

function newVpcFinding(runner: RunnerFacts): Finding {
  return notice(
    `${PRIVATE}, and the VPC is new, so nothing leads to it from this runner (${listed(runner)}) before somebody connects it`,
    `give vpc-id of the VPC that the runner is in; or connect the new VPC and run the job again; or ${FIX}`,
  );
}

/** A runner may have other addresses on its way, as in a container, so this is no proof. */
function outsideFinding(runner: RunnerFacts, vpcId: string, networks: readonly string[]): Finding {
  return notice(
    `${PRIVATE}, and this runner (${listed(runner)}) is neither in ${vpcId} nor in a network to which its routes lead: ${networks.join(', ')}`,
    FIX,
  );
}

function listed({ addresses }: RunnerFacts): string {
  return addresses.join(', ') || 'no address';
}
