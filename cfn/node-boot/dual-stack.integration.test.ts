import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installPlugin } from '../../dev/testing/node-boot/installed-plugin.ts';
import { CHECKOUT } from '../../dev/tools/checkout.ts';
import { ensureTools } from '../../dev/tools/install/tools.ts';
import { run } from '../../dev/tools/process.ts';
import { consoleProgress } from '../../dev/tools/progress.ts';

/**
 * Two nodes in two zones and the router between them, each a network namespace, with the real plugins. The nodes' eth1 has no
 * IPv6, as the boot script leaves it, and each has one pod, which takes eth1. The router has the addresses of AWS's router
 * and delivers by prefix. That ipvlan works so, machines show: ask-from-pods.sh.
 */
const NODES = [1, 2];
const PODS = NODES.map((node) => ({ pod: `pod${node}`, node }));
/** The metadata service by IPv6. */
const METADATA = 'fd00:ec2::254';
const ROUTER = 'fe80:ec2::1';
const subnetOf = (node: number) => `2600:1f13:1:a0${node}::/64`;
const prefixOf = (node: number) => `2600:1f13:1:a0${node}:b::/80`;
const addressOf = (node: number) => `2600:1f13:1:a0${node}:b::10`;

const GUARD = join(CHECKOUT, 'cfn/node-boot/eni-guard');

let folder: string;
let shown: Readonly<Record<string, string>>;

const network = JSON.stringify({
  cniVersion: '1.0.0',
  name: 'data',
  type: 'host-device',
  device: 'eth1',
  ipam: {
    type: 'eni-prefix',
    interface: 'eth1',
    otherZones: true,
    routes: [{ dst: `${METADATA}/128` }],
  },
});

async function install(node: number): Promise<void> {
  const own = join(folder, `node${node}`);
  mkdirSync(join(own, 'etc/cni/multus/eni-prefix'), { recursive: true });
  const other = 3 - node;
  const file = {
    subnet: `10.0.${node}.0/24`,
    gateway: `10.0.${node}.1`,
    prefixes: [`10.0.${node}.128/28`],
    zoneCidrs: [`10.0.${other}.0/24`, subnetOf(other)],
    clusterCidrs: [],
    ipv6: { subnet: subnetOf(node), prefixes: [prefixOf(node)] },
  };
  writeFileSync(join(own, 'etc/cni/multus/eni-prefix/eth1.json'), JSON.stringify(file));
  await installPlugin(own);
  const { bin } = await ensureTools(['cni'], consoleProgress());
  symlinkSync(join(bin, 'host-device'), join(own, 'opt/cni/bin/host-device'));
}

function vpc(node: number): string {
  return `
    ip netns add node${node}
    ip link add to${node} netns vpc type veth peer name eth1 netns node${node}
    ip netns exec node${node} sh -c 'echo 1 >/proc/sys/net/ipv6/conf/eth1/disable_ipv6'
    ip -n node${node} link set eth1 up
    ip -n vpc link set to${node} up
    ip -n vpc address add 10.0.${node}.1/24 dev to${node}
    ip -n vpc address add ${ROUTER}/64 dev to${node} nodad
    ip -n vpc route add ${prefixOf(node)} dev to${node}`;
}

function cni(command: string, pod: string, node: number): string {
  const path = join(folder, `node${node}/opt/cni/bin`);
  return `ip netns exec node${node} env CNI_COMMAND=${command} CNI_CONTAINERID=${pod} CNI_NETNS=/run/netns/${pod} CNI_IFNAME=net1 CNI_PATH=${path} ${path}/host-device <${folder}/network.json`;
}

/** Makes everything, and notes by name what a test looks at. */
function script(): string {
  const note = (name: string, command: string) =>
    `{ ${command}; } >${folder}/out 2>&1 && code=0 || code=$?; printf '\\n== %s %s\\n' '${name}' $code; cat ${folder}/out`;
  const ping = (name: string, pod: string, address: string) =>
    note(name, `ip netns exec ${pod} busybox ping -q -c 1 -W 2 -I net1 ${address}`);
  return [
    'mount -t tmpfs tmpfs /run; mkdir /run/netns; ip netns add vpc',
    `mount -t tmpfs tmpfs /opt; install -D ${GUARD} /opt/eni-guard/eni-guard`,
    // It would answer, if a packet of a pod reached it.
    `ip -n vpc link set lo up; ip -n vpc address add ${METADATA}/128 dev lo`,
    "ip netns exec vpc sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding; echo 1 >/proc/sys/net/ipv4/ip_forward'",
    ...NODES.map(vpc),
    ...PODS.flatMap(({ pod, node }) => [
      `ip netns add ${pod}`,
      note(`add ${pod}`, cni('ADD', pod, node)),
      note(`addresses ${pod}`, `ip -n ${pod} -6 -o address show dev net1 scope global`),
    ]),
    note('routes', 'ip -n pod1 -6 route show dev net1'),
    note('settings', 'ip netns exec pod1 cat /proc/sys/net/ipv6/conf/net1/accept_ra'),
    ping('far', 'pod1', addressOf(2)),
    ping('back', 'pod2', addressOf(1)),
    ping('far ipv4', 'pod1', '10.0.2.128'),
    ping('nobody', 'pod1', '2600:1f13:1:a02:c::10'),
    ping('metadata', 'pod1', METADATA),
    note('unguard', 'ip netns exec pod1 nft flush ruleset'),
    ping('metadata unguarded', 'pod1', METADATA),
    note('del pod1', cni('DEL', 'pod1', 1)),
    note('left', `ls ${folder}/node1/run/cni/multus/eni-prefix-eth1`),
  ].join('\n');
}

describe.skipIf(process.getuid?.() !== 0)('pods with addresses of both families', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dual-stack-'));
    writeFileSync(join(folder, 'network.json'), network);
    for (const node of NODES) await install(node);
    writeFileSync(join(folder, 'script'), script());
    const output = await run('unshare', ['--net', '--mount', 'sh', '-e', join(folder, 'script')]);
    const parts = output.split(/^== /m).slice(1);
    shown = Object.fromEntries(
      parts.map((part) => {
        const [, name = '', text = ''] = /^(.+ \d+)\n([\s\S]*)$/.exec(part) ?? [];
        return [name, text];
      }),
    );
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('get one of each, out of the prefixes of their node', () => {
    for (const { pod, node } of PODS) {
      const { ips } = JSON.parse(shown[`add ${pod} 0`] ?? '{}');
      expect(ips).toMatchObject([
        { address: `10.0.${node}.128/24` },
        { address: `${addressOf(node)}/64`, gateway: ROUTER },
      ]);
    }
  });

  it('can use the IPv6 address at once, and have no default route of a router', () => {
    expect(shown['addresses pod1 0']).toContain(`${addressOf(1)}/64`);
    expect(shown['addresses pod1 0']).not.toMatch(/tentative|dadfailed/);
    expect(shown['settings 0']?.trim()).toBe('0');
    expect(shown['routes 0']).toContain(`${subnetOf(2)} via ${ROUTER}`);
    expect(shown['routes 0']).not.toContain('default');
  });

  it('reach each other by the router of the VPC, in both directions and both families', () => {
    const pings = Object.keys(shown).filter((name) => /^(far|back|far ipv4) \d+$/.test(name));
    expect(pings.sort()).toEqual(['back 0', 'far 0', 'far ipv4 0']);
  });

  it('do not reach an address out of no prefix', () => {
    expect(shown).toHaveProperty(['nobody 1']);
  });

  it('do not reach the metadata service by IPv6, which would answer', () => {
    expect(shown).toHaveProperty(['metadata 1']);
    expect(shown).toHaveProperty(['unguard 0']);
    expect(shown).toHaveProperty(['metadata unguarded 0']);
  });

  it('free their addresses', () => {
    expect(shown).toHaveProperty(['del pod1 0']);
    expect(shown['left 0']).not.toMatch(/^\d/m);
  });
});
