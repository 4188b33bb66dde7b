import type { ParsedInputs } from '../../github/inputs.ts';
import { isInGivenVpc, networkCount } from './defaults.ts';
import { DUAL_STACK, NONE, type Raw } from './schema.ts';

const NAMES = [
  'command',
  'vpc-id',
  'existing-cluster',
  'base-environment',
  'private-subnets',
  'multus-subnets',
  'multus-networks',
  'subnet-cidrs',
  'vpc-cidr',
  'multus-cidr',
  'multus-ip-family',
  'multus-routes',
  'nat-gateways',
] as const;

type Inputs = Pick<Raw, (typeof NAMES)[number]>;

/** Refuses inputs that contradict a VPC that others made, or the lack of one, before anything is asked. */
export function checkGivenVpc(parsed: ParsedInputs<Raw>): void {
  parsed.check(NAMES, (inputs) =>
    isInGivenVpc(inputs)
      ? [...mixtures(inputs), ...networks(inputs)]
      : [...withoutVpc(inputs), ...onBase(inputs)],
  );
}

function withoutVpc(inputs: Inputs) {
  const names = ['private-subnets', 'multus-subnets'] as const;
  return names
    .filter((name) => (inputs[name] ?? []).length > 0)
    .map((input) => ({
      input,
      allowed: 'nothing without vpc-id or existing-cluster, which names the VPC of the subnets',
    }));
}

/** The base has made its VPC with the subnets and their routes. */
function onBase(inputs: Inputs) {
  if (inputs['base-environment'] === undefined) return [];
  const names = ['multus-cidr', 'multus-routes'] as const;
  const allowed = 'nothing with base-environment, whose networks the environment uses';
  const family = 'multus-ip-family';
  return [
    ...names.filter((name) => inputs[name] !== undefined),
    ...(inputs[family] === DUAL_STACK ? ([family] as const) : []),
  ].map((input) => ({ input, allowed }));
}

function mixtures(inputs: Inputs) {
  const { 'subnet-cidrs': ranges, 'nat-gateways': nat } = inputs;
  const by = inputs['vpc-id'] === undefined ? 'existing-cluster' : 'vpc-id';
  const wrong: readonly (readonly [input: keyof Inputs, isWrong: boolean, allowed: string])[] = [
    [
      'vpc-id',
      inputs['base-environment'] !== undefined,
      'nothing with base-environment, whose VPC the environment uses',
    ],
    [
      'multus-cidr',
      inputs['multus-cidr'] !== undefined,
      `nothing with ${by}: its owner adds ranges to the VPC, and subnet-cidrs may be in any of them`,
    ],
    ['vpc-cidr', inputs['vpc-cidr'] !== undefined, `nothing with ${by}: the VPC has its ranges`],
    [
      'nat-gateways',
      nat !== undefined && nat !== NONE,
      `none, or nothing, with ${by}: the routes of its subnets are their owner's`,
    ],
    [
      'subnet-cidrs',
      ranges?.public !== undefined || ranges?.private !== undefined,
      `only multus with ${by}: the public and private subnets of its VPC are not made`,
    ],
    [
      'private-subnets',
      by === 'vpc-id' && inputs['private-subnets'].length === 0,
      'with vpc-id, one subnet in each of two or three zones, by id, tag or range, such as tag:Name=nodes-a,tag:Name=nodes-b',
    ],
  ];
  return wrong.filter(([, isWrong]) => isWrong).map(([input, , allowed]) => ({ input, allowed }));
}

/** Each network has its subnets either by selectors or by ranges. */
function networks(inputs: Inputs) {
  const given = inputs['multus-subnets'] ?? [];
  const made = inputs['subnet-cidrs']?.multus ?? [];
  const count = Math.max(networkCount(inputs), given.length, made.length);
  const input = given.length > 0 ? 'multus-subnets' : 'subnet-cidrs';
  if (count > networkCount(inputs)) {
    return [{ input, allowed: `at most ${networkCount(inputs)} lists, one per Multus network` }];
  }
  return Array.from({ length: count }, (_, index) => index).flatMap((index) => {
    const ways = [given[index], made[index]].filter((one) => (one ?? []).length > 0).length;
    if (ways === 1) return [];
    const network = `Multus network ${index + 1}`;
    const allowed =
      ways === 0
        ? `subnets of ${network} in multus-subnets, or ranges in which they are made in subnet-cidrs (multus)`
        : `either subnets of ${network} in multus-subnets or ranges in subnet-cidrs, not both`;
    return [{ input, allowed }];
  });
}
