import { contains, parseCidr } from '../../../core/ip.ts';
import { type NodeService, nodeServices, S3 } from '../../../vpc/node-services.ts';
import { known } from '../facts.ts';
import {
  type Endpoint,
  type GivenVpcFacts,
  type Route,
  type RouteTable,
  routeTableOf,
} from '../given-vpc-facts.ts';
import type { SetUp } from '../set-up.ts';
import { type Check, type Finding, notice, problem } from './finding.ts';

/** A private subnet whose nodes reach AWS by endpoints only. */
interface ClosedSubnet {
  readonly id: string;
  readonly cidr: string;
  readonly table: RouteTable;
  readonly defaultRoute: Route | undefined;
}

export const checkEndpoints: Check = {
  name: 'Endpoints of the given VPC',
  needs: ['givenVpc'],
  find(setUp, facts) {
    const vpc = known(facts.givenVpc);
    if (vpc === undefined) return [];
    const closed = closedSubnets(setUp, vpc);
    if (closed.length === 0) return [];
    const { cluster, sessionManager } = setUp.inputs;
    const services = nodeServices({ vpcCniRights: cluster.vpcCniRights, sessionManager });
    return [
      ...closed.flatMap(internetFindings),
      ...services.flatMap((service) => interfaceFindings(setUp, vpc, closed, service)),
      ...s3Findings(setUp, vpc, closed),
    ];
  },
};

function closedSubnets({ inputs, network }: SetUp, vpc: GivenVpcFacts): readonly ClosedSubnet[] {
  return (network.givenVpc?.privateSubnetIds ?? []).flatMap((id, index) => {
    const table = routeTableOf(vpc, id);
    if (table === undefined) return [];
    const defaultRoute = table.routes.find(({ destination }) => destination === '0.0.0.0/0');
    const isClosed = inputs.cluster.internet === 'none' || defaultRoute === undefined;
    return isClosed ? [{ id, cidr: network.privateSubnets[index] ?? '', table, defaultRoute }] : [];
  });
}

const TO_INTERNET = /^(igw|nat)-/;

function internetFindings({ id, table, defaultRoute }: ClosedSubnet): readonly Finding[] {
  if (defaultRoute === undefined || !TO_INTERNET.test(defaultRoute.target)) return [];
  return [
    notice(
      `internet: none, but the route table ${table.id} of ${id} leads to ${defaultRoute.target}, and so to the internet`,
      'let its owner remove the default route, or leave internet out',
    ),
  ];
}

/** Where a default route leads to another network, endpoints may be there, which nobody sees from here. */
function judged(closed: readonly ClosedSubnet[], text: string, fix: string): Finding {
  const elsewhere = closed.every(
    ({ defaultRoute }) => defaultRoute?.active === true && !TO_INTERNET.test(defaultRoute.target),
  );
  return elsewhere
    ? notice(`${text}, unless the default route leads to one`, fix)
    : problem(text, fix);
}

function interfaceFindings(
  setUp: SetUp,
  vpc: GivenVpcFacts,
  closed: readonly ClosedSubnet[],
  { service, caller }: NodeService,
): readonly Finding[] {
  const found = endpointsOf(setUp, vpc, service).filter(({ isGateway }) => !isGateway);
  const named = found.filter(({ privateDns }) => privateDns);
  const ids = closed.map(({ id }) => id).join(', ');
  if (found.length === 0) {
    return [
      judged(
        closed,
        `private-subnets: ${vpc.id} has no endpoint for ${service}, which nodes in ${ids} call (${caller})`,
        `let its owner make the interface endpoint ${fullName(setUp, service)} with private DNS${orRoute(setUp)}`,
      ),
    ];
  }
  if (named.length === 0) {
    return [
      judged(
        closed,
        `private-subnets: the endpoint ${found[0]?.id} for ${service} has no private DNS, so nodes in ${ids} do not find it (${caller})`,
        `let its owner turn it on: aws ec2 modify-vpc-endpoint --vpc-endpoint-id ${found[0]?.id} --private-dns-enabled`,
      ),
    ];
  }
  const shut = closed.filter(({ cidr }) => !named.some((one) => admits(one, cidr)));
  return shut.map(({ id, cidr }) =>
    problem(
      `private-subnets: the security groups of the endpoint ${named[0]?.id} for ${service} do not let ${id} (${cidr}) in by HTTPS (${caller})`,
      `let its owner allow TCP 443 from ${cidr} in one of them`,
    ),
  );
}

function admits({ httpsFrom }: Endpoint, cidr: string): boolean {
  const inner = parseCidr(cidr);
  return httpsFrom.some((text) => {
    const outer = parseCidr(text);
    return outer !== undefined && inner !== undefined && contains(outer, inner);
  });
}

function s3Findings(
  setUp: SetUp,
  vpc: GivenVpcFacts,
  closed: readonly ClosedSubnet[],
): readonly Finding[] {
  const found = endpointsOf(setUp, vpc, S3.service);
  return closed.flatMap((subnet) => {
    const { id, cidr, table } = subnet;
    const leads = found.some(({ isGateway, routeTableIds }) =>
      isGateway ? routeTableIds.includes(table.id) : false,
    );
    if (leads || found.some((one) => one.privateDns && admits(one, cidr))) return [];
    return [
      judged(
        [subnet],
        `private-subnets: no endpoint for s3 serves ${id}, by its route table ${table.id} (${S3.caller})`,
        `let its owner make the gateway endpoint ${fullName(setUp, S3.service)}, or add the route table ${table.id} to it${orRoute(setUp)}`,
      ),
    ];
  });
}

function orRoute({ inputs }: SetUp): string {
  return inputs.cluster.internet === 'none' ? '' : ', or a default route to a NAT gateway';
}

function fullName({ inputs }: SetUp, service: string): string {
  return `com.amazonaws.${inputs.region}.${service}`;
}

function endpointsOf({ inputs }: SetUp, { endpoints }: GivenVpcFacts, service: string) {
  return endpoints.filter((one) => one.service.endsWith(`.${inputs.region}.${service}`));
}
