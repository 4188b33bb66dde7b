import { type Ec2State, EMPTY_STATE, type NetworkInterface } from '../ec2-state.ts';
import { localRoute, type SubnetRoute } from '../route-tables.ts';
import type { Rule } from '../security-groups.ts';
import { createVpc, prepareNamespace } from '../vpc.ts';
import { startMachine } from './namespace-machine.ts';
import { runningInstance } from './running-instance.ts';

/**
 * Runs as a separate program in its own network namespace: a VPC with both families and interfaces in two zones, each
 * with an address and a prefix. Tests who reaches whom by IPv6 while EC2's state changes, and prints the results as JSON.
 */
const vpcCidr = '10.0.0.0/16';
const BLOCK = '2400:6500:1:ab';
const vpcIpv6Cidrs = [`${BLOCK}00::/56`];
const subnets = ([4, 5] as const).map((n) => ({
  id: `subnet-${n}`,
  cidr: `10.0.${n}.0/24`,
  zone: n === 4 ? 'a' : 'b',
  vpcId: 'vpc-1',
  vpcCidr,
  ipv6Cidr: `${BLOCK}0${n}::/64`,
  vpcIpv6Cidrs,
}));
const instance = runningInstance('i-1');

/** The host of a subnet's block, inside the prefix of interface n or, for 0, in no prefix. */
const host = (subnet: number, n: number, part: string) => `${BLOCK}0${subnet}:${n}::${part}`;

function eni(n: number, subnet: 4 | 5): NetworkInterface {
  return {
    id: `eni-${n}`,
    mac: `02:00:00:00:00:0${n}`,
    subnetId: `subnet-${subnet}`,
    addresses: [`10.0.${subnet}.1${n}`],
    prefixes: [],
    ipv6Addresses: [`${BLOCK}0${subnet}::1${n}`],
    ipv6Prefixes: [host(subnet, n, '/80')],
    sourceDestCheck: true,
    securityGroups: [{ id: 'sg-self', name: 'self' }],
    attachment: { instanceId: 'i-1', deviceIndex: n },
  };
}

const [one, two, three] = [eni(1, 4), eni(2, 4), eni(3, 5)] as const;
const all: Rule = {
  protocol: '-1',
  cidrs: ['0.0.0.0/0'],
  ipv6Cidrs: ['::/0'],
  groups: [],
};
const fromItself: Rule = { protocol: '-1', cidrs: [], groups: ['sg-self'] };
const local = [localRoute(vpcCidr), ...vpcIpv6Cidrs.map(localRoute)];
const start: Ec2State = {
  ...EMPTY_STATE,
  instances: [instance],
  networkInterfaces: [one, two, three],
  subnets,
  securityGroups: [{ id: 'sg-self', ingress: [fromItself], egress: [all] }],
  routes: new Map(subnets.map(({ id }) => [id, local])),
};

let state = start;
const vpc = createVpc({ readState: async () => state });
const become = async (next: Partial<Ec2State>) => {
  state = { ...start, ...next };
  await vpc.reconcile();
};
const withRules = (rules: { ingress?: readonly Rule[]; egress?: readonly Rule[] }) =>
  become({ securityGroups: [{ id: 'sg-self', ingress: [fromItself], egress: [all], ...rules }] });
const onlyIpv4 = { ...all, ipv6Cidrs: [] };
const only = ({ ipv6Cidrs: _, ...rule }: Rule, ipv6Cidrs: readonly string[]) => ({
  ...rule,
  cidrs: [],
  ipv6Cidrs,
});

await prepareNamespace();
await vpc.reconcile();
const [subnet4, subnet5] = subnets as [(typeof subnets)[0], (typeof subnets)[0]];
const stranger = `${BLOCK}04::99`;
const first = await startMachine(one, subnet4, [
  '10.0.4.11',
  `${BLOCK}04::11`,
  host(4, 1, '7'),
  stranger,
  host(4, 9, '7'),
]);
const second = await startMachine(
  two,
  subnet4,
  ['10.0.4.12', `${BLOCK}04::12`, host(4, 2, '7'), `${BLOCK}04::98`],
  `${BLOCK}04::1`,
);
const third = await startMachine(
  three,
  subnet5,
  ['10.0.5.13', `${BLOCK}05::13`, host(5, 3, 'abcd:7')],
  'advertised',
);
const answers: Record<string, boolean> = {};
try {
  answers['an address'] = await first.reaches(`${BLOCK}04::12`);
  answers['prefix to prefix'] = await first.reaches(host(4, 2, '7'), host(4, 1, '7'));
  answers['another zone'] = await first.reaches(host(5, 3, 'abcd:7'), host(4, 1, '7'));
  answers['back by the advertised router'] = await third.reaches(host(4, 1, '7'));
  answers['another zone by the first address of the subnet'] = await second.reaches(
    `${BLOCK}05::13`,
  );
  answers['packets of the largest size'] = await first.reachesWithLargest(`${BLOCK}05::13`);
  answers['IPv4 beside it'] = await first.reaches('10.0.5.13');
  answers['an address that is assigned to nobody'] = !(await first.isCutOffFrom(`${BLOCK}04::98`));
  answers['a prefix that is assigned to nobody'] = !(await second.isCutOffFrom(host(4, 9, '7')));
  answers['from an address that is assigned to nobody'] = !(await first.isCutOffFrom(
    ...([`${BLOCK}05::13`, stranger] as const),
  ));
  answers['from a prefix of another'] = !(await first.isCutOffFrom(
    ...([`${BLOCK}05::13`, host(4, 9, '7')] as const),
  ));
  answers['the router itself'] = !(await first.isCutOffFrom(`${BLOCK}04::1`));
  const advertised = await third.ipv6Routes();
  answers['a default route by advertisement'] = /^default via fe80::.* proto ra /m.test(advertised);
  answers['an address by advertisement'] = (advertised.match(/05::.*\/64/g) ?? []).length > 1;

  await become({ networkInterfaces: [one, { ...two, ipv6Prefixes: [] }, three] });
  answers['a prefix, once taken away'] = !(await first.isCutOffFrom(host(4, 2, '7')));
  answers['the address that is left'] = await first.reaches(`${BLOCK}04::12`);
  const moved = [one, { ...two, ipv6Prefixes: [] }, { ...three, ipv6Prefixes: [] }];
  await become({ networkInterfaces: moved });
  answers['a prefix of another zone, once taken away'] = !(await first.isCutOffFrom(
    host(5, 3, 'abcd:7'),
  ));

  const ways = (from4: readonly SubnetRoute[], from5: readonly SubnetRoute[]) =>
    become({
      routes: new Map([
        ['subnet-4', from4],
        ['subnet-5', from5],
      ]),
    });
  await ways([localRoute(vpcCidr)], local);
  answers['without a route for IPv6'] = !(await first.isCutOffFrom(`${BLOCK}05::13`));
  answers['IPv4 without a route for IPv6'] = await first.reaches('10.0.5.13');
  await ways(local, [localRoute(vpcCidr)]);
  answers['without a route back'] = !(await first.isCutOffFrom(`${BLOCK}05::13`));

  await withRules({ egress: [onlyIpv4] });
  answers['where egress is allowed for IPv4 only'] = !(await first.isCutOffFrom(`${BLOCK}05::13`));
  await withRules({ ingress: [onlyIpv4] });
  answers['where ingress is allowed for IPv4 only'] = !(await first.isCutOffFrom(`${BLOCK}05::13`));
  await withRules({ ingress: [only(all, [host(4, 1, '/80')])] });
  answers['from a range that is allowed'] = await first.reaches(`${BLOCK}05::13`, host(4, 1, '7'));
  answers['from outside a range that is allowed'] = !(await first.isCutOffFrom(`${BLOCK}05::13`));
  await withRules({ ingress: [{ ...only(all, ['::/0']), protocol: 'icmpv6', from: 128, to: -1 }] });
  answers['echo requests, where they are allowed'] = await first.reaches(`${BLOCK}05::13`);
  await withRules({ ingress: [{ ...all, protocol: 'icmp', from: 8, to: -1 }] });
  answers['echo requests, where those of IPv4 are allowed'] = !(await first.isCutOffFrom(
    `${BLOCK}05::13`,
  ));
  await withRules({ ingress: [{ ...only(all, ['::/0']), protocol: 'tcp', from: 80, to: 90 }] });
  answers['a port that is allowed'] = await third.connects(`${BLOCK}04::11`, 85);
  answers['a port that is not allowed'] = !(await third.cannotConnect(`${BLOCK}04::11`, 91));

  await become({ networkInterfaces: [{ ...one, securityGroups: [] }, two, three] });
  answers['from outside the group'] = !(await first.isCutOffFrom(`${BLOCK}05::13`));
} finally {
  for (const machine of [first, second, third]) machine.stop();
  await vpc.stop();
}
console.log(JSON.stringify(answers));
