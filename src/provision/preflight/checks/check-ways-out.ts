import { share } from '../../../core/ip.ts';
import { known } from '../facts.ts';
import { type GivenVpcFacts, type Route, routeTableOf } from '../given-vpc-facts.ts';
import type { SetUp } from '../set-up.ts';
import { givenSubnetIds, serviceRange } from './check-given-vpc.ts';
import { type Check, type Finding, notice, problem } from './finding.ts';

export const checkWaysOut: Check = {
  name: 'Routes of the given VPC',
  needs: ['givenVpc'],
  find(setUp, facts) {
    const vpc = known(facts.givenVpc);
    if (vpc === undefined) return [];
    const ids = setUp.network.givenVpc?.privateSubnetIds ?? [];
    return [...ids.flatMap((id) => wayOutFindings(vpc, id)), ...overlapFindings(setUp, vpc)];
  },
};

function wayOutFindings(vpc: GivenVpcFacts, subnetId: string): readonly Finding[] {
  const table = routeTableOf(vpc, subnetId);
  if (table === undefined) return [];
  const place = `private-subnets: ${subnetId}, by its route table ${table.id},`;
  const way = table.routes.find(({ destination }) => destination === '0.0.0.0/0');
  // Without one, nodes need endpoints: check-endpoints.ts.
  return way === undefined ? [] : defaultRouteFindings(vpc, subnetId, way, place);
}

function defaultRouteFindings(
  { subnets }: GivenVpcFacts,
  subnetId: string,
  { target, active }: Route,
  place: string,
): readonly Finding[] {
  if (!active) {
    return [
      problem(
        `${place} leads to ${target}, which is gone (blackhole)`,
        'let its owner correct the default route',
      ),
    ];
  }
  const subnet = subnets.find(({ id }) => id === subnetId);
  if (!target.startsWith('igw-') || subnet?.givesPublicAddresses === true) return [];
  return [
    problem(
      `${place} leads to the internet gateway ${target}, and gives nodes no public addresses, so they do not reach it`,
      'give a private subnet, with a route to a NAT gateway',
    ),
  ];
}

/** Networks that the VPC is connected to must have other addresses than Services and Multus networks. */
function overlapFindings(setUp: SetUp, vpc: GivenVpcFacts): readonly Finding[] {
  const tables = givenSubnetIds(setUp).flatMap((id) => routeTableOf(vpc, id) ?? []);
  const routes = new Map(
    tables
      .flatMap((table) => table.routes)
      .filter(({ destination, target }) => destination !== '0.0.0.0/0' && target !== 'local')
      .map((route) => [`${route.destination} ${route.target}`, route]),
  );
  const own = [
    { range: serviceRange(setUp), what: 'which the cluster has for Services' },
    ...setUp.network.multusSubnets.map(({ network, cidr }) => ({
      range: cidr,
      what: `which Multus network ${network} has`,
    })),
  ];
  return [...routes.values()].flatMap(({ destination, target }) => {
    const hit = own.find(({ range }) => share(range, destination));
    if (hit === undefined) return [];
    return [
      notice(
        `vpc-id: a route leads ${destination} to ${target}, and overlaps ${hit.range}, ${hit.what}`,
        'use other ranges, if pods must reach the network behind this route',
      ),
    ];
  });
}
