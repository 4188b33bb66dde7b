import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Call,
  installPlugin,
  type Plugin,
} from '../../dev/testing/node-boot/installed-plugin.ts';
import { type PodNamespace, startPod } from '../../dev/testing/node-boot/pod-namespace.ts';
import { run } from '../../dev/tools/process.ts';
import { inNetwork } from '../../src/core/ip.ts';

const ETH1 = {
  subnet: '10.0.4.0/24',
  gateway: '10.0.4.1',
  prefixes: ['10.0.4.128/28'],
  zoneCidrs: ['10.0.5.0/24', '10.0.8.0/24'],
  clusterCidrs: ['10.0.0.0/16', '172.20.0.0/16'],
};
const network = (ipam: Readonly<Record<string, unknown>> = {}) => ({
  cniVersion: '0.3.1',
  name: 'some-network',
  type: 'ipvlan',
  master: 'eth1',
  ipam: { type: 'eni-prefix', ...ipam },
});

let folder: string;
let plugin: Plugin;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ipam-plugin-'));
  mkdirSync(join(folder, 'etc/cni/multus/eni-prefix'), { recursive: true });
  plugin = await installPlugin(folder);
  write('eth1', ETH1);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(link: string, data: unknown): void {
  writeFileSync(join(folder, `etc/cni/multus/eni-prefix/${link}.json`), JSON.stringify(data));
}

const add = (container: string, config: unknown = network(), more: Partial<Call> = {}) =>
  plugin({ command: 'ADD', container, config, ...more });
const del = (container: string, config: unknown = network()) =>
  plugin({ command: 'DEL', container, config });

/** The addresses that so many pods get, one after the other; fails when one gets none. */
async function addressesOf(pods: number, config: unknown = network()): Promise<string[]> {
  const addresses: string[] = [];
  for (let pod = 1; pod <= pods; pod += 1) {
    const { code, answer } = await add(`pod-${pod}`, config);
    expect(code, JSON.stringify(answer)).toBe(0);
    addresses.push(answer.ips?.[0]?.address ?? '');
  }
  return addresses;
}

const block = (first: number) => Array.from({ length: 16 }, (_, at) => `10.0.4.${first + at}/24`);

describe('the IPAM plugin hands out', () => {
  it("all sixteen addresses of the interface's prefix, with the subnet's router", async () => {
    const { answer } = await add('pod-1');
    expect(answer).toMatchObject({
      cniVersion: '0.3.1',
      ips: [{ address: '10.0.4.128/24', gateway: '10.0.4.1' }],
    });
    await del('pod-1');
    expect((await addressesOf(16)).sort()).toEqual(block(128).sort());
  });

  it('the next prefix when the first is used up', async () => {
    write('eth1', { ...ETH1, prefixes: ['10.0.4.128/28', '10.0.4.240/28'] });
    expect((await addressesOf(32)).sort()).toEqual([...block(128), ...block(240)].sort());
  });

  it('an address once, whatever networks of the interface ask for it', async () => {
    const other = { ...network(), name: 'another', cniVersion: '1.0.0', mode: 'l2' };
    const answers = [await add('pod-1'), await add('pod-1', other, { link: 'net2' })];
    expect(answers.map(({ answer }) => answer.ips?.[0]?.address)).toEqual([
      '10.0.4.128/24',
      '10.0.4.129/24',
    ]);
  });

  it('different addresses to pods that ask at once', async () => {
    const pods = Array.from({ length: 16 }, (_, pod) => add(`pod-${pod}`));
    const addresses = (await Promise.all(pods)).map(({ answer }) => answer.ips?.[0]?.address);
    expect(addresses.sort()).toEqual(block(128).sort());
  });

  it('the address that a pod asks for, if it is of the prefix', async () => {
    const asking = (ip: string) => ({ ...network(), runtimeConfig: { ips: [ip] } });
    const { answer } = await add('pod-1', asking('10.0.4.140/24'));
    expect(answer.ips?.[0]?.address).toBe('10.0.4.140/24');
    expect((await add('pod-2', asking('10.0.4.20/24'))).code).not.toBe(0);
  });

  it('an address again once its pod is gone, and takes a second DEL as done', async () => {
    write('eth1', { ...ETH1, prefixes: ['10.0.4.128/28'] });
    await addressesOf(16);
    expect((await del('pod-7')).code).toBe(0);
    expect((await del('pod-7')).code).toBe(0);
    expect((await add('pod-17')).answer.ips?.[0]?.address).toBe('10.0.4.134/24');
  });
});

const IPV6 = { subnet: '2600:1f13:1:a00::/64', prefixes: ['2600:1f13:1:a00:1234::/80'] };
const ROUTER = 'fe80:ec2::1';

describe.skipIf(process.getuid?.() !== 0)('with an IPv6 prefix', () => {
  const dual = (ipam: Readonly<Record<string, unknown>> = {}) => ({
    ...network(ipam),
    cniVersion: '1.0.0',
    mode: 'l2',
  });
  let pod: PodNamespace;
  const inPod = (container: string, config: unknown = dual()) =>
    add(container, config, { netns: pod.netns });
  const used = () =>
    readdirSync(join(folder, 'run/cni/multus/eni-prefix-eth1')).filter((name) => /^\d/.test(name));
  beforeEach(async () => {
    pod = await startPod();
    write('eth1', {
      ...ETH1,
      zoneCidrs: [...ETH1.zoneCidrs, '2600:1f13:1:a01::/64'],
      ipv6: IPV6,
    });
  });
  afterEach(() => pod.stop());

  it('each pod gets one address of each family, in the subnets of both', async () => {
    const { answer } = await inPod('pod-1');
    expect(answer).toMatchObject({
      cniVersion: '1.0.0',
      ips: [
        { address: '10.0.4.128/24', gateway: '10.0.4.1' },
        { address: '2600:1f13:1:a00:1234::10/64', gateway: ROUTER },
      ],
    });
    const second = await inPod('pod-2');
    expect(second.answer.ips?.[1]?.address).toBe('2600:1f13:1:a00:1234::11/64');
  });

  it('both are free again after DEL and after GC', async () => {
    const current = { ...dual(), cniVersion: '1.1.0' };
    await inPod('pod-1', current);
    await inPod('pod-2', current);
    await del('pod-1', current);
    expect(used()).toEqual(['10.0.4.129', '2600:1f13:1:a00:1234::11']);
    const valid = { ...current, 'cni.dev/valid-attachments': [] };
    expect((await plugin({ command: 'GC', container: '', config: valid })).code).toBe(0);
    expect(used()).toEqual([]);
  });

  it('STATUS counts what is scarce, the IPv4 addresses', async () => {
    for (let number = 1; number <= 15; number += 1) await inPod(`pod-${number}`);
    const status = () =>
      plugin({ command: 'STATUS', container: '', config: { ...dual(), cniVersion: '1.1.0' } });
    expect(used()).toHaveLength(30);
    expect((await status()).code).toBe(0);
    await inPod('pod-16');
    expect((await status()).answer.code).toBe(50);
    const { code, answer } = await inPod('pod-17');
    expect([code, answer.code]).toEqual([1, 103]);
    expect(used()).toHaveLength(32);
  });

  it('the pod learns no default route from the router, and waits for no answer to its address', async () => {
    await inPod('pod-1');
    const settings = ['accept_ra', 'accept_dad'].map((name) => `net.ipv6.conf.net1.${name}`);
    const shown = await run('nsenter', [`--net=${pod.netns}`, 'sysctl', '-n', ...settings]);
    expect(shown.trim().split('\n')).toEqual(['0', '0']);
  });

  it('routes of each family go by the router of this family', async () => {
    const routes = [
      { dst: '10.20.0.0/16' },
      { dst: '2600:1f13:2::/48' },
      { dst: 'fd00:1::/64', gw: '2600:1f13:1:a00::9' },
    ];
    const { answer } = await inPod('pod-1', dual({ otherZones: true, routes }));
    expect(answer.routes).toEqual([
      { dst: '10.20.0.0/16', gw: '10.0.4.1' },
      { dst: '2600:1f13:2::/48', gw: ROUTER },
      { dst: 'fd00:1::/64', gw: '2600:1f13:1:a00::9' },
      { dst: '10.0.5.0/24', gw: '10.0.4.1' },
      { dst: '10.0.8.0/24', gw: '10.0.4.1' },
      { dst: '2600:1f13:1:a01::/64', gw: ROUTER },
    ]);
  });

  it.each(['l3', 'l3s'])('mode %s, in which the node routes, has IPv4 alone', async (mode) => {
    const { answer } = await add('pod-1', { ...dual({ otherZones: true }), mode });
    expect(answer.ips).toEqual([{ address: '10.0.4.128/24', gateway: '10.0.4.1' }]);
    expect(answer.routes).toHaveLength(2);
  });

  it('is refused where the pod has no such interface', async () => {
    const { code, answer } = await add('pod-1', dual(), { netns: pod.netns, link: 'net9' });
    expect([code, answer.code]).toEqual([1, 104]);
    expect(answer.msg).toContain('cannot keep router advertisements from net9');
  });

  it.each(['2600:1f13:1:a00::/80', '2600:1f13:0:0:a::/80'])(
    'the prefix %s has addresses, and none that EC2 keeps',
    async (prefix) => {
      const subnet = prefix.includes('1:a00') ? IPV6.subnet : '2600:1f13::/64';
      write('eth1', { ...ETH1, ipv6: { subnet, prefixes: [prefix] } });
      const { code, answer } = await inPod('pod-1');
      expect(code, answer.msg).toBe(0);
      const address = answer.ips?.[1]?.address.split('/')[0] ?? '';
      expect(inNetwork(address, prefix)).toBe(true);
      expect(address).toMatch(/:10$/);
    },
  );
});

describe('routes', () => {
  const routesOf = async (ipam: Readonly<Record<string, unknown>>) =>
    (await add('pod-1', network(ipam))).answer.routes;

  it("go by the subnet's router unless they name another", async () => {
    const routes = [{ dst: '10.20.0.0/16' }, { dst: '10.30.0.0/16', gw: '10.0.4.9' }];
    expect(await routesOf({ routes })).toEqual([
      { dst: '10.20.0.0/16', gw: '10.0.4.1' },
      { dst: '10.30.0.0/16', gw: '10.0.4.9' },
    ]);
  });

  it("lead to the network's subnets in other zones on request only", async () => {
    expect(await routesOf({ otherZones: true, routes: [{ dst: '10.20.0.0/16' }] })).toEqual([
      { dst: '10.20.0.0/16', gw: '10.0.4.1' },
      { dst: '10.0.5.0/24', gw: '10.0.4.1' },
      { dst: '10.0.8.0/24', gw: '10.0.4.1' },
    ]);
    await del('pod-1');
    expect(await routesOf({ otherZones: false })).toBeUndefined();
  });
});

describe.skipIf(process.getuid?.() !== 0)('a default route through the network', () => {
  const everywhere = network({ defaultRoute: true });

  it('takes all but what is the cluster\u2019s, and leaves the first interface its answers', async () => {
    const pod = await startPod();
    const { answer } = await add('pod-1', everywhere, { netns: pod.netns });
    expect(answer.routes).toEqual([
      { dst: '0.0.0.0/1', gw: '10.0.4.1' },
      { dst: '128.0.0.0/1', gw: '10.0.4.1' },
    ]);
    // As the plugin of the network's type adds them to the interface that it makes.
    for (const { dst, gw } of answer.routes ?? []) {
      await pod.ip(`route add ${dst} via ${gw} dev net1 onlink`);
    }
    expect(await pod.ip('route')).toEqual([
      '0.0.0.0/1 via 10.0.4.1 dev net1 onlink',
      'default via 169.254.1.1 dev eth0',
      '10.0.0.0/16 via 169.254.1.1 dev eth0 onlink',
      '128.0.0.0/1 via 10.0.4.1 dev net1 onlink',
      '169.254.1.1 dev eth0 scope link',
      '172.20.0.0/16 via 169.254.1.1 dev eth0 onlink',
    ]);
    const way = async (asked: string) => (await pod.ip(`route get ${asked}`))[0];
    expect(await way('198.51.100.7')).toMatch(/ via 10\.0\.4\.1 dev net1 /);
    expect(await way('172.20.0.10')).toMatch(/ via 169\.254\.1\.1 dev eth0 /);
    expect(await way('198.51.100.7 from 10.0.2.30')).toMatch(/ via 169\.254\.1\.1 dev eth0 /);
    pod.stop();
  });

  it('is the same when two networks of a pod ask for it', async () => {
    const pod = await startPod();
    await add('pod-1', everywhere, { netns: pod.netns });
    const again = await add('pod-1', everywhere, { netns: pod.netns, link: 'net2' });
    expect(again.code).toBe(0);
    expect(await pod.ip('rule show table 1000')).toHaveLength(1);
    pod.stop();
  });

  it('is refused where the pod has no first interface', async () => {
    const { code, answer } = await add('pod-1', everywhere);
    expect([code, answer.code]).toEqual([1, 104]);
    expect(answer.msg).toContain("cannot keep the pod's first interface for the cluster");
  });
});

describe.skipIf(process.getuid?.() !== 0)(
  'the node leads packets of a pod out by the interface',
  () => {
    it('to where the network has routes, and anywhere with source routing, until the pod is gone', async () => {
      const { netns: node, ip, stop } = await startPod();
      const rules = () => ip('rule show table 30001');
      const inner = network({ routes: [{ dst: '10.0.6.0/24' }, { dst: 'fd00::/64' }] });
      await add('pod-1', inner, { node });
      const bySource = network({ sourceRouting: true });
      await add('pod-2', bySource, { node });
      const found = await rules();
      await plugin({ command: 'DEL', container: 'pod-1', config: inner, node });
      const afterDel = await rules();
      await plugin({
        command: 'GC',
        container: '',
        config: { ...bySource, cniVersion: '1.1.0' },
        node,
      });
      const left = await rules();
      stop();
      expect(found).toEqual([
        expect.stringMatching(
          /^32769:\s+from 10\.0\.4\.128 to 10\.0\.6\.0\/24 oif eth1 .*lookup 30001$/,
        ),
        expect.stringMatching(/^32769:\s+from 10\.0\.4\.129 oif eth1 .*lookup 30001$/),
      ]);
      expect(afterDel).toEqual(found.slice(1));
      expect(left).toEqual([]);
    });
  },
);

describe('the IPAM plugin refuses, in the words of CNI,', () => {
  it('an interface that has no prefix on this node', async () => {
    const { code, answer } = await add('pod-1', network({ interface: 'eth2' }));
    expect(code).toBe(1);
    expect(answer).toMatchObject({ cniVersion: '0.3.1', code: 102 });
    expect(answer.msg).toMatch(/eth2 of node \S+ has no ENI prefix: .*eth2\.json is missing/);
    expect((await del('pod-1', network({ interface: 'eth2' }))).code).toBe(0);
  });

  it.each(['', '../eth1', 'a"b/'])('the interface "%s"', async (name) => {
    const { code, answer } = await add('pod-1', { ...network({ interface: name }) });
    expect(code).toBe(1);
    expect(answer.code).toBe(101);
    expect(answer.msg).toContain(`not '${name}'`);
  });

  it('a list in the place of an interface, and runs none of its words', async () => {
    const file = join(folder, 'made-by-a-network');
    const { code, answer } = await add('pod-1', network({ interface: ['eth1', 'touch', file] }));
    expect(existsSync(file)).toBe(false);
    expect([code, answer.code]).toEqual([1, 101]);
  });

  it("a pod for which there is no address left, and keeps host-local's own words", async () => {
    await addressesOf(16);
    const { code, answer } = await add('pod-17');
    expect(code).toBe(1);
    expect(answer.code).toBe(103);
    expect(answer.msg).toMatch(/prefix exhausted: .*10\.0\.4\.128\/28 on eth1 of node/);
    expect(answer.msg).toContain('no IP addresses available in range set');
  });

  it("what host-local refuses for another reason, with host-local's error", async () => {
    await add('pod-1');
    const { code, answer } = await add('pod-1');
    expect(code).toBe(1);
    expect(answer.msg).toContain('duplicate allocation is not allowed');
  });
});

describe('GC frees the addresses of attachments that are gone', () => {
  const current = { ...network(), cniVersion: '1.1.0' };
  const gc = (
    valid: readonly { containerID: string; ifname: string }[],
    config: object = current,
  ) =>
    plugin({
      command: 'GC',
      container: '',
      config: { ...config, 'cni.dev/valid-attachments': valid },
    });
  const noted = (name: string) =>
    readdirSync(join(folder, 'run/cni/multus/attachments', name)).sort();

  it('and keeps those that are valid', async () => {
    await addressesOf(3, current);
    expect((await gc([{ containerID: 'pod-2', ifname: 'net1' }])).code).toBe(0);
    expect(noted('some-network')).toEqual(['pod-2:net1']);
    const asking = { ...current, runtimeConfig: { ips: ['10.0.4.128/24'] } };
    expect((await add('pod-4', asking)).code).toBe(0);
    const taken = { ...current, runtimeConfig: { ips: ['10.0.4.129/24'] } };
    expect((await add('pod-5', taken)).code).toBe(1);
  });

  it('and keeps those of other networks on the same interface', async () => {
    const other = { ...current, name: 'another' };
    await add('pod-1', current);
    await add('pod-1', other, { link: 'net2' });
    expect((await gc([])).code).toBe(0);
    expect(noted('some-network')).toEqual([]);
    expect(noted('another')).toEqual(['pod-1:net2']);
    expect((await add('pod-2', other)).answer.ips?.[0]?.address).not.toBe('10.0.4.129/24');
  });

  it('also on a node that has no prefix, and twice', async () => {
    expect((await gc([], { ...current, master: 'eth2' })).code).toBe(0);
    await add('pod-1', current);
    expect([(await gc([])).code, (await gc([])).code]).toEqual([0, 0]);
  });

  it('and forgets an attachment at DEL', async () => {
    await add('pod-1', current);
    await del('pod-1', current);
    expect(noted('some-network')).toEqual([]);
  });
});

describe('STATUS', () => {
  const status = (master = 'eth1') =>
    plugin({
      command: 'STATUS',
      container: '',
      config: { ...network(), master, cniVersion: '1.1.0' },
    });

  it('is well until all addresses are used, and where there is a prefix', async () => {
    await addressesOf(15);
    expect((await status()).code).toBe(0);
    await add('pod-16');
    const full = await status();
    expect([full.code, full.answer.code]).toEqual([1, 50]);
    expect(full.answer.msg).toMatch(/prefix exhausted: .*10\.0\.4\.128\/28 on eth1/);
    expect((await status('eth2')).answer.code).toBe(50);
  });
});

it('the IPAM plugin refuses a network name that is a path', async () => {
  const { code, answer } = await add('pod-1', { ...network(), name: '../some-network' });
  expect(code).toBe(1);
  expect(answer.msg).toContain("not '../some-network'");
});

it('the IPAM plugin takes part in CHECK and VERSION', async () => {
  await add('pod-1', { ...network(), cniVersion: '0.4.0' });
  const check = (container: string) =>
    plugin({ command: 'CHECK', container, config: { ...network(), cniVersion: '0.4.0' } });
  expect((await check('pod-1')).code).toBe(0);
  expect((await check('pod-2')).code).not.toBe(0);
  const { answer } = await plugin({
    command: 'VERSION',
    container: '',
    config: { cniVersion: '1.0.0' },
  });
  expect(answer.supportedVersions).toContain('0.3.1');
});
