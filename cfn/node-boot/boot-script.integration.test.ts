import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  addressesOf,
  type Boot,
  bootIn,
  IPV6_ELSEWHERE,
  LINKS,
  METADATA,
} from '../../dev/testing/node-boot/simulated-boot.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'node-boot-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const boot = (options: Boot = {}) => bootIn(folder, options);

const READY = [
  { name: 'ens5', mac: LINKS.ens5, up: true, mtu: 9001, addresses: [] },
  { name: 'eth1', mac: LINKS.ens6, up: true, mtu: 9001, addresses: ['10.0.4.21/24'] },
  { name: 'eth2', mac: LINKS.ens7, up: true, mtu: 9001, addresses: ['10.0.6.21/23'] },
];

describe("an AMI of the user's own", () => {
  const PROGRAMS = ['containerd', 'iptables', 'kubelet', 'nodeadm'];
  const MODULES = ['ipvlan', 'macvlan'];

  it('boots when it has what a node needs', () => {
    const result = boot({ ownImage: { programs: PROGRAMS, modules: MODULES } });
    expect(result.output).not.toContain('the AMI lacks');
    expect(result.status).toBe(0);
    expect(addressesOf(result)).toEqual(READY);
  });

  it('is told all that it lacks, and the kubelet may not start', () => {
    const programs = PROGRAMS.filter((name) => name !== 'nodeadm');
    const result = boot({ ownImage: { programs, modules: ['macvlan'] } });
    expect(result.output).toContain(
      'multus-interfaces: the AMI lacks: nodeadm kernel-module:ipvlan\n',
    );
    expect(result.status).toBe(1);
    expect(existsSync(join(folder, 'run/multus-interfaces.ready'))).toBe(false);
  });

  it('is not asked for what one of EKS has', () => {
    expect(boot().output).not.toContain('the AMI lacks');
  });
});

describe('the boot script', () => {
  it('names the interfaces and gives each its primary address, with routes to other zones and no default', () => {
    const result = boot();
    expect(result.output).toContain('eth1 10.0.4.21 in 10.0.4.0/24, prefixes: 10.0.4.128/28');
    expect(result.status).toBe(0);
    expect(addressesOf(result)).toEqual(READY);
    expect(result.json('routes')).toEqual([
      expect.objectContaining({ dst: '10.0.4.0/24', dev: 'eth1' }),
      expect.objectContaining({ dst: '10.0.5.0/24', gateway: '10.0.4.1', dev: 'eth1' }),
      expect.objectContaining({ dst: '10.0.6.0/23', dev: 'eth2' }),
      expect.objectContaining({ dst: '10.0.8.0/24', gateway: '10.0.4.1', dev: 'eth1' }),
    ]);
    expect(result.text('rp-filter')).toBe('0\n0\n0\n');
  });

  it('leads what must leave by an interface to the router of its subnet, also when it runs again', () => {
    const result = boot({ times: 2 });
    const rules = result.json('rules-of-routes') as readonly { readonly oif?: string }[];
    expect(rules.filter(({ oif }) => oif !== undefined)).toEqual([
      expect.objectContaining({ priority: 32770, oif: 'eth1', table: '20001' }),
      expect.objectContaining({ priority: 32770, oif: 'eth2', table: '20002' }),
    ]);
    const way = expect.objectContaining({ dst: 'default', gateway: '10.0.4.1', dev: 'eth1' });
    const unreachable = ['10.0.0.0/16', '100.64.0.0/16', '172.20.0.0/16'].map((dst) =>
      expect.objectContaining({ type: 'unreachable', dst }),
    );
    expect(result.json('eth1-routes')).toEqual([way, ...unreachable]);
    expect(result.json('eth1-routes-of-pods')).toEqual([way]);
  });

  it("tells the IPAM plugin the interface's own prefixes, and installs it", () => {
    const result = boot();
    expect(result.json('etc/cni/multus/eni-prefix/eth1.json')).toEqual({
      subnet: '10.0.4.0/24',
      gateway: '10.0.4.1',
      prefixes: ['10.0.4.128/28'],
      zoneCidrs: ['10.0.5.0/24', '10.0.8.0/24'],
      clusterCidrs: ['10.0.0.0/16', '100.64.0.0/16', '172.20.0.0/16'],
    });
    expect(result.json('etc/cni/multus/eni-prefix/eth2.json')).toEqual({
      subnet: '10.0.6.0/23',
      gateway: '10.0.6.1',
      prefixes: ['10.0.6.240/28', '10.0.7.16/28'],
      zoneCidrs: [],
      clusterCidrs: ['10.0.0.0/16', '100.64.0.0/16', '172.20.0.0/16'],
    });
    expect(result.text('opt/cni/bin/eni-prefix')).toMatch(/^#!\/bin\/sh\n/);
    expect(statSync(join(folder, 'opt/cni/bin/eni-prefix')).mode & 0o777).toBe(0o755);
  });

  describe('with IPv6', () => {
    const [ens6, ens7] = [LINKS.ens6, LINKS.ens7].map((mac) => `network/interfaces/macs/${mac}/`);
    const IPV6 = {
      [`${ens6}ipv6-prefix`]: '2600:1f13:1:a00:1234::/80',
      [`${ens6}subnet-ipv6-cidr-blocks`]: '2600:1f13:1:a00::/64',
      [`${ens7}ipv6-prefix`]: '2600:1f13:1:a03:5678::/80\n2600:1f13:1:a03:9::/80',
      [`${ens7}subnet-ipv6-cidr-blocks`]: '2600:1f13:1:a03::/64',
    };

    it('tells the IPAM plugin the prefixes of both families, and keeps the node itself out', () => {
      const result = boot({ metadata: { ...METADATA, ...IPV6 }, ipFamily: 'dual-stack' });
      expect(result.output).toContain('prefixes: 10.0.4.128/28 2600:1f13:1:a00:1234::/80');
      expect(result.status).toBe(0);
      expect(result.json('etc/cni/multus/eni-prefix/eth1.json')).toMatchObject({
        prefixes: ['10.0.4.128/28'],
        zoneCidrs: ['10.0.5.0/24', '10.0.8.0/24', IPV6_ELSEWHERE],
        ipv6: { subnet: '2600:1f13:1:a00::/64', prefixes: ['2600:1f13:1:a00:1234::/80'] },
      });
      expect(result.json('etc/cni/multus/eni-prefix/eth2.json')).toMatchObject({
        ipv6: {
          subnet: '2600:1f13:1:a03::/64',
          prefixes: ['2600:1f13:1:a03:5678::/80', '2600:1f13:1:a03:9::/80'],
        },
      });
      expect(result.text('disable-ipv6')).toBe('1\n1\n');
      expect(addressesOf(result)).toEqual(READY);
    });

    it('waits for the IPv6 prefix, and fails without it', () => {
      const late = {
        ...METADATA,
        ...IPV6,
        [`${ens7}ipv6-prefix`]: { value: '2600:1f13:1:a03:5678::/80', after: 2 },
      };
      expect(boot({ metadata: late, ipFamily: 'dual-stack' }).status).toBe(0);
      const { [`${ens7}ipv6-prefix`]: _, ...without } = { ...METADATA, ...IPV6 };
      const failed = boot({ metadata: without, ipFamily: 'dual-stack', patience: 1 });
      expect(failed.status).not.toBe(0);
      expect(failed.output).toContain('there is no interface for device 2');
    });

    it('needs none where interfaces have no prefixes', () => {
      const result = boot({ ipFamily: 'dual-stack', prefixes: 0 });
      expect(result.status).toBe(0);
      expect(result.json('etc/cni/multus/eni-prefix/eth1.json')).not.toHaveProperty('ipv6');
    });
  });

  it('changes nothing when it runs again', () => {
    const result = boot({ times: 2 });
    expect(result.status).toBe(0);
    expect(addressesOf(result)).toEqual(READY);
  });

  it('renames links that have each other’s names', () => {
    const result = boot({ links: { ens5: LINKS.ens5, eth1: LINKS.ens7, eth2: LINKS.ens6 } });
    expect(result.status).toBe(0);
    expect(addressesOf(result)).toEqual(READY);
  });

  it('gives the IPAM plugin nothing for an interface without prefixes', () => {
    const path = `network/interfaces/macs/${LINKS.ens6}/ipv4-prefix`;
    const result = boot({ metadata: { ...METADATA, [path]: undefined }, prefixes: 0 });
    expect(result.status).toBe(0);
    expect(addressesOf(result)).toEqual(READY);
    expect(() => result.json('etc/cni/multus/eni-prefix/eth1.json')).toThrow('ENOENT');
  });

  it('waits for interfaces that IMDS learns of late', () => {
    const path = `network/interfaces/macs/${LINKS.ens7}/device-number`;
    const result = boot({ metadata: { ...METADATA, [path]: { value: '2', after: 1 } } });
    expect(result.status).toBe(0);
    expect(addressesOf(result)).toEqual(READY);
  });

  it('takes the interfaces from systemd-networkd where that runs', () => {
    const result = boot({ networkd: true });
    expect(result.status).toBe(0);
    expect(result.text('networkctl')).toBe('reload\n');
    for (const name of ['ens6', 'eth1', 'ens7', 'eth2']) {
      expect(result.text(`etc/eks/nodeadm/udev-net-manager/i-1/${name}`)).toBe('cni\n');
    }
    expect(result.text('etc/systemd/network/10-multus-2.network')).toBe(
      `[Match]\nPermanentMACAddress=${LINKS.ens7}\n\n[Link]\nUnmanaged=yes\n`,
    );
  });

  it('keeps pods from the metadata service and from its own addresses, however often it runs', () => {
    const result = boot({ times: 2 });
    expect(result.text('rules').match(/hook egress device "eth[12]"/g)).toHaveLength(2);
    expect(result.text('rules').match(/ip daddr 169\.254\.169\.254 drop/g)).toHaveLength(2);
    expect(result.text('rules').match(/ip6 daddr fd00:ec2::254 drop/g)).toHaveLength(2);
    expect(result.text('iptables')).toContain('-w -t raw -I PREROUTING -d 10.0.4.21 -j DROP\n');
    expect(result.text('iptables')).toContain('-w -t raw -I PREROUTING -d 10.0.6.21 -j DROP\n');
    expect(result.text('disable-ipv6')).toBe('1\n1\n');
    expect(result.text('etc/udev/rules.d/91-multus-eth1.rules')).toContain(
      `ATTR{address}=="${LINKS.ens6}", RUN+="${join(folder, 'opt/eni-guard/eni-guard')} $name node"`,
    );
  });

  it.each([[['nft', 'tc']], [['iptables']]])(
    'fails, and lets no kubelet start, without %s',
    (without) => {
      const result = boot({ without });
      expect(result.status).toBe(1);
      expect(result.output).toContain('cannot keep pods on eth1 from the metadata service');
      expect(existsSync(join(folder, 'run/multus-interfaces.ready'))).toBe(false);
    },
  );

  it('starts what drains a spot instance, on spot instances only', () => {
    const drain = join(folder, 'opt/eni-guard/spot-drain');
    expect(() => boot().text('systemd-run')).toThrow('ENOENT');
    expect(boot({ capacity: 'spot' }).text('systemd-run')).toBe(
      `--unit spot-drain --collect -p Restart=on-failure ${drain}\n`,
    );
    expect(statSync(drain).mode & 0o777).toBe(0o755);
  });

  it('lets a spot instance join that nothing would drain, and says so', () => {
    const result = boot({ capacity: 'spot', without: ['systemd-run'] });
    expect(result.status).toBe(0);
    expect(result.output).toContain('nothing drains this node when EC2 takes it back');
  });

  it('makes cloud-init run it at every boot', () => {
    const result = boot();
    const copy = result.text('var/lib/cloud/scripts/per-boot/multus-interfaces.sh');
    expect(copy).toBe(result.text('script'));
  });

  it('lets the kubelet start only when it has finished', () => {
    const result = boot();
    const unit = result.text('etc/systemd/system/kubelet.service.d/10-multus-interfaces.conf');
    const asserted = /^\[Unit\]\nAssertPathExists=(.+)\n$/.exec(unit)?.[1];
    expect(asserted).toBe(join(folder, 'run/multus-interfaces.ready'));
    expect(existsSync(asserted ?? '')).toBe(true);
  });

  it('leaves containerd without a network until Multus has written its file', () => {
    const result = boot();
    expect(result.text('etc/cni/net.d/00-multus.conf')).toBe('');
  });

  it('does so once in every boot, whatever the previous boot left', () => {
    const file = join(folder, 'etc/cni/net.d/00-multus.conf');
    boot();
    writeFileSync(file, '{"type":"multus-shim"}');
    const again = boot();
    expect(again.status).toBe(0);
    expect(again.text('etc/cni/net.d/00-multus.conf')).toBe('{"type":"multus-shim"}');
    rmSync(join(folder, 'run'), { recursive: true });
    expect(boot().text('etc/cni/net.d/00-multus.conf')).toBe('');
  });

  it('leaves the network to the VPC CNI when pods need not wait', () => {
    const result = boot({ podsWaitForMultus: false });
    expect(result.status).toBe(0);
    expect(() => result.text('etc/cni/net.d/00-multus.conf')).toThrow('ENOENT');
  });

  it('fails, says what is missing, and lets no kubelet start, when an interface does not come', () => {
    const { ens7: _, ...links } = LINKS;
    const result = boot({ links, patience: 2 });
    expect(result.status).toBe(1);
    expect(result.text('etc/systemd/system/kubelet.service.d/10-multus-interfaces.conf')).toContain(
      'AssertPathExists=',
    );
    expect(existsSync(join(folder, 'run/multus-interfaces.ready'))).toBe(false);
    expect(result.output).toMatch(
      /multus-interfaces: after \d+ s there is no interface for device 2/,
    );
  });
});
