import { type Ec2State, EMPTY_STATE, type NetworkInterface } from '../ec2-state.ts';
import { METADATA_ADDRESS } from '../filter.ts';
import { localRoute, type SubnetRoute } from '../route-tables.ts';
import type { Rule } from '../security-groups.ts';
import { createVpc, prepareNamespace } from '../vpc.ts';
import { OPEN_WAYS } from '../ways-out.ts';
import { startMachine } from './namespace-machine.ts';
import { runningInstance } from './running-instance.ts';

/**
 * Runs as a separate program in its own network namespace: a VPC with three interfaces. Tests who reaches whom
 * while EC2's state changes, and prints the results as JSON.
 */
const vpcCidr = '10.0.0.0/16';
const subnets = [
  { id: 'subnet-4', cidr: '10.0.4.0/24', zone: 'a', vpcId: 'vpc-1', vpcCidr },
  { id: 'subnet-5', cidr: '10.0.5.0/24', zone: 'b', vpcId: 'vpc-1', vpcCidr },
] as const;
const all: Rule = { protocol: '-1', cidrs: ['0.0.0.0/0'], groups: [] };
const fromItself: Rule = { protocol: '-1', cidrs: [], groups: ['sg-self'] };
const instance = runningInstance('i-1');

function eni(n: number, more: Partial<NetworkInterface>): NetworkInterface {
  return {
    id: `eni-${n}`,
    mac: `02:00:00:00:00:0${n}`,
    subnetId: 'subnet-4',
    addresses: [`10.0.4.1${n}`],
    prefixes: [],
    sourceDestCheck: true,
    securityGroups: [{ id: 'sg-self', name: 'self' }],
    attachment: { instanceId: 'i-1', deviceIndex: n },
    ...more,
  };
}

const one = eni(1, { prefixes: ['10.0.4.64/28'] });
const two = eni(2, { prefixes: ['10.0.4.80/28'] });
const three = eni(3, { subnetId: 'subnet-5', addresses: ['10.0.5.13'] });
const start: Ec2State = {
  ...EMPTY_STATE,
  instances: [instance],
  networkInterfaces: [one, two, three],
  subnets,
  securityGroups: [{ id: 'sg-self', ingress: [fromItself], egress: [all] }],
  routes: new Map(subnets.map(({ id }) => [id, [localRoute(vpcCidr)]])),
};

let state = start;
const vpc = createVpc({ readState: async () => state });
const become = async (next: Partial<Ec2State>) => {
  state = { ...start, ...next };
  await vpc.reconcile();
};
const withRules = (rules: { ingress?: readonly Rule[]; egress?: readonly Rule[] }) =>
  become({ securityGroups: [{ id: 'sg-self', ingress: [fromItself], egress: [all], ...rules }] });
const tcp = (from: number, to: number): Rule => ({ ...fromItself, protocol: 'tcp', from, to });

await prepareNamespace();
await vpc.reconcile();
const [subnet4, subnet5] = subnets;
const first = await startMachine(one, subnet4, ['10.0.4.11', '10.0.4.70', '10.0.4.200']);
const second = await startMachine(two, subnet4, ['10.0.4.12', '10.0.4.90', '10.0.4.201']);
const third = await startMachine(three, subnet5, ['10.0.5.13']);
const answers: Record<string, boolean> = {};
try {
  answers['a primary address'] = await first.reaches('10.0.4.12');
  answers['prefix to prefix'] = await first.reaches('10.0.4.90', '10.0.4.70');
  answers['another subnet'] = await first.reaches('10.0.5.13');
  answers['back from another subnet'] = await third.reaches('10.0.4.90');
  answers['an address that is assigned to nobody'] = !(await first.isCutOffFrom('10.0.4.201'));
  answers['from an address that is assigned to nobody'] = !(await first.isCutOffFrom(
    ...(['10.0.4.12', '10.0.4.200'] as const),
  ));

  await become({
    networkInterfaces: [one, { ...two, addresses: ['10.0.4.12', '10.0.4.201'] }, three],
  });
  answers['a secondary address, once assigned'] = await first.reaches('10.0.4.201');
  await become({ networkInterfaces: [one, { ...two, prefixes: [] }, three] });
  answers['a prefix, once taken away'] = !(await first.isCutOffFrom('10.0.4.90'));
  const ways = (from4: SubnetRoute, from5: SubnetRoute) =>
    become({
      routes: new Map([
        ['subnet-4', [from4]],
        ['subnet-5', [from5]],
      ]),
    });
  const only4 = localRoute('10.0.4.0/24');
  await ways(only4, localRoute(vpcCidr));
  answers['another subnet, without a route'] = !(await first.isCutOffFrom('10.0.5.13'));
  await ways(localRoute(vpcCidr), localRoute('10.0.5.0/24'));
  answers['another subnet, without a route back'] = !(await first.isCutOffFrom('10.0.5.13'));
  await ways({ destination: '0.0.0.0/0', reaches: ['10.0.5.0/24'] }, localRoute(vpcCidr));
  answers['another subnet, by a route beyond'] = await first.reaches('10.0.5.13');
  await ways({ destination: '10.0.5.0/24', reaches: [] }, localRoute(vpcCidr));
  answers['another subnet, by a route to nowhere'] = !(await first.isCutOffFrom('10.0.5.13'));

  await withRules({ ingress: [tcp(80, 90)] });
  answers['ping, where ports are allowed'] = !(await first.isCutOffFrom('10.0.4.12'));
  answers['a port that is allowed'] = await first.connects('10.0.4.12', 85);
  answers['a port that is not allowed'] = !(await first.cannotConnect('10.0.4.12', 91));
  await withRules({ egress: [{ ...all, cidrs: ['10.0.5.0/24'] }] });
  answers['where egress is allowed'] = await first.reaches('10.0.5.13');
  answers['where egress is not allowed'] = !(await first.isCutOffFrom('10.0.4.12'));
  await withRules({ ingress: [{ ...all, protocol: 'icmp', from: 8, to: -1 }] });
  answers['echo requests, where they are allowed'] = await first.reaches('10.0.4.12');
  const stranger = { ...one, securityGroups: [{ id: 'sg-other', name: 'other' }] };
  const other = { id: 'sg-other', ingress: [all], egress: [all] };
  await become({
    networkInterfaces: [stranger, two, three],
    securityGroups: [...start.securityGroups, other],
  });
  answers['from outside the group'] = !(await first.isCutOffFrom('10.0.4.12'));
  answers['to outside the group'] = await second.reaches('10.0.4.11');

  await become({});
  answers['EC2, without a way there'] = !(await first.cannotConnect(METADATA_ADDRESS, 5010));
  await become({ waysOut: new Map([['subnet-4', OPEN_WAYS]]) });
  answers['EC2, with a way there'] = await first.connects(METADATA_ADDRESS, 5010);

  await become({ networkInterfaces: [{ ...one, sourceDestCheck: false }, two, three] });
  const anything: Rule = { ...all, cidrs: ['10.0.0.0/16'] };
  state = {
    ...state,
    securityGroups: [{ id: 'sg-self', ingress: [anything], egress: [all] }],
  };
  await vpc.reconcile();
  const heard = await second.echoRequests();
  answers['without the check, an answer to an address of nobody'] = !(await first.isCutOffFrom(
    ...(['10.0.4.12', '10.0.4.200'] as const),
  ));
  answers['without the check, out from an address of nobody'] = await second.hearsMoreThan(heard);
  answers['without the check, its own addresses'] = await first.reaches('10.0.4.12');
} finally {
  for (const machine of [first, second, third]) machine.stop();
  await vpc.stop();
}
console.log(JSON.stringify(answers));
