import { share } from '../../../core/ip.ts';
import { OPEN_TAG } from '../../../environment/tags.ts';
import { serviceRangeFor } from '../../../vpc/service-range.ts';
import { known } from '../facts.ts';
import type { GivenVpcFacts } from '../given-vpc-facts.ts';
import { makesCluster, newInstances, type SetUp } from '../set-up.ts';
import { type Check, type Finding, notice, problem } from './finding.ts';

export const checkGivenVpc: Check = {
  name: 'Given VPC',
  needs: ['givenVpc'],
  find(setUp, facts) {
    const vpc = known(facts.givenVpc);
    if (vpc === undefined) return [];
    return [
      ...ownerFindings(setUp, vpc),
      ...dnsFindings(vpc),
      ...openFindings(setUp, vpc),
      ...addressFindings(setUp, vpc),
      ...rangeFindings(setUp, vpc),
    ];
  },
};

function ownerFindings({ account }: SetUp, { id, ownerId }: GivenVpcFacts): readonly Finding[] {
  if (ownerId === account.accountId || ownerId === '') return [];
  return [
    problem(
      `vpc-id: ${id} belongs to the account ${ownerId}, not to ${account.accountId}`,
      'give a VPC of the account that deploys; a shared VPC is not supported',
    ),
  ];
}

/** https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html#network-requirements-vpc */
function dnsFindings({ id, dnsSupport, dnsHostnames }: GivenVpcFacts): readonly Finding[] {
  const off = [
    ...(dnsSupport ? [] : ['enable-dns-support']),
    ...(dnsHostnames ? [] : ['enable-dns-hostnames']),
  ];
  return off.map((option) =>
    problem(
      `vpc-id: ${id} has ${option.replaceAll('-', ' ').replace('enable dns', 'DNS')} off, without which nodes do not find the cluster`,
      `let its owner turn it on: aws ec2 modify-vpc-attribute --vpc-id ${id} --${option}`,
    ),
  );
}

/** The roles of `github-oidc.yaml` may use only what its owner has opened by a tag. */
function openFindings(setUp: SetUp, { id, tags, subnets }: GivenVpcFacts): readonly Finding[] {
  const { environment, stackOptions } = setUp.inputs;
  const { roleArn, boundaryArn } = stackOptions;
  if (roleArn === undefined || boundaryArn === undefined) return [];
  const used = givenSubnetIds(setUp);
  const parts = [{ id, tags }, ...subnets.filter((subnet) => used.includes(subnet.id))];
  const closed = parts.filter((part) => {
    const value = part.tags[OPEN_TAG] ?? '';
    return value === '' || !environment.startsWith(value);
  });
  if (closed.length === 0) return [];
  const names = closed.map(
    (part) => `${part.id} (${OPEN_TAG}: ${part.tags[OPEN_TAG] ?? 'missing'})`,
  );
  return [
    problem(
      `vpc-id: its owner has not opened to ${environment}: ${names.join(', ')}`,
      `let its owner set the tag ${OPEN_TAG} to what the names of the environments begin with, such as ${environment.replace(/[^-]*$/, '') || environment}`,
    ),
  ];
}

/** The private subnets and the Multus subnets that others made. */
export function givenSubnetIds({ network }: Pick<SetUp, 'network'>): readonly string[] {
  const multus = network.multusSubnets.flatMap(({ givenId }) => givenId ?? []);
  return [...(network.givenVpc?.privateSubnetIds ?? []), ...multus];
}

/** https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html#cluster-subnets */
const OF_CLUSTER = { needed: 6, recommended: 16 };

function addressFindings(setUp: SetUp, { subnets }: GivenVpcFacts): readonly Finding[] {
  const { groups, network } = setUp;
  return network.zones.flatMap((zone, index) => {
    const id = network.givenVpc?.privateSubnetIds[index];
    const subnet = subnets.find((one) => one.id === id);
    if (subnet === undefined) return [];
    const nodes = groups
      .filter(({ group }) => group.zone === zone)
      .reduce((sum, one) => sum + newInstances(one), 0);
    const needed = nodes + (makesCluster(setUp) ? OF_CLUSTER.needed : 0);
    const text = `private-subnets: ${subnet.id} (${zone}) has ${subnet.freeAddresses} free addresses`;
    const fix = 'give a larger subnet, or remove what is not needed from it';
    if (subnet.freeAddresses < needed) {
      return [problem(`${text}, and the cluster and ${nodes} nodes need ${needed}`, fix)];
    }
    return subnet.freeAddresses < OF_CLUSTER.recommended + nodes
      ? [notice(`${text}; EKS recommends ${OF_CLUSTER.recommended} besides those of nodes`, fix)]
      : [];
  });
}

/** The range of Services that a given cluster has, or that the template chooses. */
export function serviceRange({ inputs, network }: Pick<SetUp, 'inputs' | 'network'>): string {
  const { given } = inputs.cluster;
  if (given?.serviceCidr !== undefined) return given.serviceCidr;
  return serviceRangeFor(network.vpcCidr);
}

function rangeFindings(setUp: SetUp, { id, cidrs }: GivenVpcFacts): readonly Finding[] {
  if (setUp.inputs.cluster.given !== undefined) return [];
  const services = serviceRange(setUp);
  return cidrs
    .filter((cidr) => share(cidr, services))
    .map((cidr) =>
      problem(
        `vpc-id: the range ${cidr} of ${id} overlaps ${services}, which the cluster has for Services`,
        'use a VPC without this range, or put the Multus networks into this range: the cluster then has 10.100.0.0/16',
      ),
    );
}
