import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../tools/process.ts';

/** The output of the program below: the namespace's state after each step. */
interface Step {
  readonly links: readonly string[];
  readonly routes: readonly string[];
  readonly neighbours: readonly string[];
  readonly loopback: readonly string[];
}

/** Runs in its own network namespace: two interfaces, then one that has lost a prefix, then none. */
const program = `
import { execFileSync } from 'node:child_process';
import { createVpc, prepareNamespace } from '${join(import.meta.dirname, 'vpc.ts')}';
const subnets = [{ id: 's', cidr: '10.0.4.0/24', zone: 'z', vpcId: 'v', vpcCidr: '10.0.0.0/16' }];
const instances = [{ id: 'i', state: 'running' }];
const eni = (n, prefixes) => ({ id: 'eni-' + n, mac: '02:00:00:00:00:0' + n, subnetId: 's',
  addresses: ['10.0.4.' + n], prefixes, securityGroups: [], sourceDestCheck: true, attachment: { instanceId: 'i', deviceIndex: n } });
let networkInterfaces = [];
const fixed = { subnets, instances, securityGroups: [], routes: new Map(), waysOut: new Map() };
const vpc = createVpc({ readState: async () => ({ ...fixed, networkInterfaces }) });
const ip = (...args) => JSON.parse(execFileSync('ip', ['-j', ...args], { encoding: 'utf8' }));
const steps = [];
const look = () => steps.push({
  links: ip('link').map(({ ifname, mtu }) => ifname + ' ' + mtu),
  routes: ip('-4', 'route').filter(({ dst }) => dst !== 'default').map(({ dst, dev }) => dst + ' ' + dev),
  neighbours: ip('neighbour').map(({ dst, dev, lladdr }) => dst + ' ' + dev + ' ' + lladdr),
  loopback: ip('-4', 'address', 'show', 'dev', 'lo').flatMap(({ addr_info }) => addr_info.map(({ local }) => local)),
});
await prepareNamespace();
networkInterfaces = [eni(5, ['10.0.4.64/28']), eni(6, [])];
await vpc.reconcile(); look();
networkInterfaces = [eni(5, [])];
await vpc.reconcile(); look();
await vpc.stop(); look();
console.log(JSON.stringify(steps));
`;

/** Namespaces of its own for a program, which ends with this one. */
const APART = ['--net', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child=SIGKILL'];

describe.skipIf(process.getuid?.() !== 0)('the VPC in a network namespace', () => {
  it('follows the state, and leaves nothing behind', async () => {
    const output = await run('unshare', [
      '--net',
      process.execPath,
      '--input-type=module',
      '-e',
      program,
    ]);
    const [both, one, none] = JSON.parse(output) as [Step, Step, Step];

    expect(both.links).toEqual(['lo 65536', 't5 9001', 't6 9001']);
    expect([...both.routes].sort()).toEqual(['10.0.4.5 t5', '10.0.4.6 t6', '10.0.4.64/28 t5']);
    expect(both.neighbours).toContain('10.0.4.79 t5 02:00:00:00:00:05');
    expect(both.neighbours).toHaveLength(18);
    expect(both.loopback).toEqual(['127.0.0.1', '169.254.169.254', '10.0.4.1']);

    expect(one.links).toEqual(['lo 65536', 't5 9001']);
    expect(one.routes).toEqual(['10.0.4.5 t5']);
    expect(one.neighbours).toEqual(['10.0.4.5 t5 02:00:00:00:00:05']);

    expect(none).toEqual({
      links: ['lo 65536'],
      routes: [],
      neighbours: [],
      loopback: ['127.0.0.1', '169.254.169.254'],
    });
  });

  it('delivers what a VPC delivers and drops everything else', async () => {
    const delivery = join(import.meta.dirname, 'testing', 'delivery.ts');
    const output = await run('unshare', [...APART, process.execPath, delivery]);
    expect(JSON.parse(output)).toEqual({
      'a primary address': true,
      'prefix to prefix': true,
      'another subnet': true,
      'back from another subnet': true,
      'an address that is assigned to nobody': false,
      'from an address that is assigned to nobody': false,
      'a secondary address, once assigned': true,
      'a prefix, once taken away': false,
      'another subnet, without a route': false,
      'another subnet, without a route back': false,
      'another subnet, by a route beyond': true,
      'another subnet, by a route to nowhere': false,
      'ping, where ports are allowed': false,
      'a port that is allowed': true,
      'a port that is not allowed': false,
      'where egress is allowed': true,
      'where egress is not allowed': false,
      'echo requests, where they are allowed': true,
      'from outside the group': false,
      'to outside the group': true,
      'EC2, without a way there': false,
      'EC2, with a way there': true,
      'without the check, an answer to an address of nobody': false,
      'without the check, out from an address of nobody': true,
      'without the check, its own addresses': true,
    });
  }, 180_000);

  it('delivers IPv6 as well, by the same assignments', async () => {
    const delivery = join(import.meta.dirname, 'testing', 'ipv6-delivery.ts');
    const output = await run('unshare', [...APART, process.execPath, delivery]);
    expect(JSON.parse(output)).toEqual({
      'an address': true,
      'prefix to prefix': true,
      'another zone': true,
      'back by the advertised router': true,
      'another zone by the first address of the subnet': true,
      'packets of the largest size': true,
      'IPv4 beside it': true,
      'an address that is assigned to nobody': false,
      'a prefix that is assigned to nobody': false,
      'from an address that is assigned to nobody': false,
      'from a prefix of another': false,
      'the router itself': false,
      'a default route by advertisement': true,
      'an address by advertisement': false,
      'a prefix, once taken away': false,
      'the address that is left': true,
      'a prefix of another zone, once taken away': false,
      'without a route for IPv6': false,
      'IPv4 without a route for IPv6': true,
      'without a route back': false,
      'where egress is allowed for IPv4 only': false,
      'where ingress is allowed for IPv4 only': false,
      'from a range that is allowed': true,
      'from outside a range that is allowed': false,
      'echo requests, where they are allowed': true,
      'echo requests, where those of IPv4 are allowed': false,
      'a port that is allowed': true,
      'a port that is not allowed': false,
      'from outside the group': false,
    });
  }, 300_000);
});
