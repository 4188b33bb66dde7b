import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { run } from '../../tools/process.ts';
import { coalesce } from './coalesce.ts';
import { type Ec2State, EMPTY_STATE } from './ec2-state.ts';
import { IPV4, IPV6 } from './families.ts';
import { filterOf, METADATA_ADDRESS } from './filter.ts';
import { createNeighbourAnswers, planNeighbours } from './neighbours.ts';
import { changes, EMPTY_PLAN, planVpc } from './plan.ts';

const KERNEL_SETTINGS: Readonly<Record<string, string>> = {
  'net/ipv4/ip_forward': '1',
  // New devices inherit these two: the router answers ARP for all that it can reach elsewhere. The filter
  // checks the source of packets, because that depends on the interface.
  'net/ipv4/conf/default/proxy_arp': '1',
  'net/ipv4/conf/default/rp_filter': '0',
  'net/ipv4/conf/all/rp_filter': '0',
};
const IPV6_SETTINGS: Readonly<Record<string, string>> = { 'net/ipv6/conf/all/forwarding': '1' };

/** Whether the kernel of this machine has IPv6. Without it, a VPC with IPv6 fails. */
const hasIpv6 = () => existsSync('/proc/sys/net/ipv6');

/** Turns the network namespace of this process into the VPC's router. Needs root there. */
export async function prepareNamespace(): Promise<void> {
  const settings = { ...KERNEL_SETTINGS, ...(hasIpv6() ? IPV6_SETTINGS : {}) };
  for (const [name, value] of Object.entries(settings)) {
    await writeFile(`/proc/sys/${name}`, value);
  }
  await run('ip', ['link', 'set', 'lo', 'up']);
  // With link scope, the kernel takes it for the source of nothing else: what the API server sends to a pod comes from the
  // cluster's network interface in the VPC.
  const metadata = [`${METADATA_ADDRESS}/32`, 'dev', 'lo', 'scope', 'link'];
  await run('ip', ['address', 'replace', ...metadata]);
  // A VPC does not say that it could not deliver.
  await run('ip', ['route', 'add', 'blackhole', 'default']);
  if (hasIpv6()) await run('ip', ['-6', 'route', 'add', 'blackhole', 'default']);
}

/** The IPv4 addresses of this namespace, those of control planes among them. */
async function localAddresses(): Promise<readonly string[]> {
  const links = JSON.parse(await run('ip', ['-json', '-4', 'address', 'show', 'dev', 'lo']));
  return linksSchema.parse(links).flatMap(({ addr_info }) => addr_info.map(({ local }) => local));
}

const linksSchema = z.array(z.object({ addr_info: z.array(z.object({ local: z.string() })) }));

/** The VPC's data path in this network namespace. */
export interface Vpc {
  /** Makes devices, routes and neighbours equal to EC2's state as it is after the call. */
  reconcile(): Promise<void>;
  /** Removes all of them. */
  stop(): Promise<void>;
}

export function createVpc(options: { readonly readState: () => Promise<Ec2State> }): Vpc {
  const neighbours = createNeighbourAnswers();
  const families = hasIpv6() ? [IPV4, IPV6] : [IPV4];
  let applied = EMPTY_PLAN;
  let filter = '';
  const apply = async (plan: typeof EMPTY_PLAN) => {
    const batch = changes(applied, plan);
    if (batch.length > 0) await run('ip', ['-batch', '-'], { input: batch.join('\n') });
    applied = plan;
  };
  const applyFilter = async (wanted: string) => {
    if (wanted !== filter) await run('nft', ['-f', '-'], { input: wanted });
    filter = wanted;
  };
  const reconcile = coalesce(async () => {
    const state = await options.readState();
    await applyFilter(filterOf(state, families));
    await apply(planVpc(state, await localAddresses()));
    await neighbours.follow(planNeighbours(state));
  });
  return {
    reconcile,
    async stop() {
      await neighbours.stop();
      await apply(EMPTY_PLAN);
      await applyFilter(filterOf(EMPTY_STATE, families));
    },
  };
}
