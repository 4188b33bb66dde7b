import type { InputProblem } from '../core/errors.ts';
import { contains, parseCidr } from '../core/ip.ts';

/** A route of the Multus subnets that the environment makes, to what is beyond the VPC. */
export interface MultusRoute {
  /** An IPv4 network. */
  readonly destination: string;
  /** The id of what leads there. */
  readonly target: string;
}

/** The kinds of targets, with the most routes of each for which `cfn/infra.yaml` has parameters. */
export const ROUTE_TARGETS = {
  pcx: { most: 2, name: 'a VPC peering connection' },
  tgw: { most: 2, name: 'a transit gateway' },
  vgw: { most: 1, name: 'a virtual private gateway' },
} as const;
export type RouteTarget = keyof typeof ROUTE_TARGETS;

const KINDS = Object.keys(ROUTE_TARGETS) as readonly RouteTarget[];
const TARGET = /^(pcx|tgw|vgw)-([\da-f]{8}|[\da-f]{17})$/;
const EVERYWHERE = '0.0.0.0/0';

/** The kind of a target; undefined when it is none of those. Pure. */
export function kindOf(target: string): RouteTarget | undefined {
  return KINDS.find((kind) => TARGET.test(target) && target.startsWith(`${kind}-`));
}

/**
 * Finds routes that EC2 would refuse, or that would lead nowhere. A route to less than a range of the VPC has to lead to
 * something inside of it, so none of these targets can have it; a larger destination may contain the VPC, whose own routes
 * are more specific: https://docs.aws.amazon.com/vpc/latest/userguide/RouteTables.html. Pure.
 *
 * @param vpcCidrs the ranges of the VPC
 */
export function routeProblems(
  routes: readonly MultusRoute[],
  vpcCidrs: readonly string[],
): readonly InputProblem[] {
  return [
    ...routes.flatMap((route, index) => [
      ...targetProblems(route),
      ...destinationProblems(route, routes.slice(0, index), vpcCidrs),
    ]),
    ...KINDS.flatMap((kind) => countProblems(kind, routes)),
  ];
}

function targetProblems({ target, destination }: MultusRoute): readonly InputProblem[] {
  const kind = kindOf(target);
  if (kind === undefined) {
    const kinds = KINDS.map((one) => `${ROUTE_TARGETS[one].name} (${one}-…)`).join(', ');
    return [problem(target, `${destination}: the id of ${kinds}`)];
  }
  if (destination !== EVERYWHERE || kind === 'tgw') return [];
  const allowed = `${target}: the ranges on the other side; only a transit gateway leads to ${EVERYWHERE}`;
  return [problem(destination, allowed)];
}

function destinationProblems(
  { destination }: MultusRoute,
  before: readonly MultusRoute[],
  vpcCidrs: readonly string[],
): readonly InputProblem[] {
  const cidr = parseCidr(destination);
  if (cidr === undefined) {
    return [problem(destination, 'an IPv4 network with no host bits set, such as 10.20.0.0/16')];
  }
  if (before.some((one) => one.destination === destination)) {
    return [problem(destination, 'each destination once')];
  }
  const own = vpcCidrs.find((text) => {
    const vpc = parseCidr(text);
    return vpc !== undefined && contains(vpc, cidr);
  });
  if (own === undefined) return [];
  return [problem(destination, `a network outside of ${own}, which the VPC itself has`)];
}

function countProblems(kind: RouteTarget, routes: readonly MultusRoute[]): readonly InputProblem[] {
  const own = routes.filter(({ target }) => kindOf(target) === kind);
  const { most, name } = ROUTE_TARGETS[kind];
  if (own.length <= most) return [];
  const allowed = `at most ${most} of ${name}; a larger network takes the place of several`;
  return [problem(own.map(({ destination }) => destination).join(', '), allowed)];
}

function problem(value: string, allowed: string): InputProblem {
  return { input: 'multus-routes', value, allowed };
}
