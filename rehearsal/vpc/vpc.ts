import { writeFile } from 'node:fs/promises';
import { run } from '../process.ts';
import { coalesce } from './coalesce.ts';
import type { Ec2State } from './ec2-state.ts';
import { changes, EMPTY_PLAN, planVpc } from './plan.ts';

/** The address of the instance metadata service, the same in every VPC. */
export const METADATA_ADDRESS = '169.254.169.254';

const KERNEL_SETTINGS: Readonly<Record<string, string>> = {
  'net/ipv4/ip_forward': '1',
  // New devices take these two over: the router answers ARP for all that it can reach elsewhere, and
  // takes a packet only from the interface that its source is assigned to.
  'net/ipv4/conf/default/proxy_arp': '1',
  'net/ipv4/conf/default/rp_filter': '1',
};

/** Makes the network namespace that this process is in the VPC's router. Needs root there. */
export async function prepareNamespace(): Promise<void> {
  for (const [name, value] of Object.entries(KERNEL_SETTINGS)) {
    await writeFile(`/proc/sys/${name}`, value);
  }
  await run('ip', ['link', 'set', 'lo', 'up']);
  await run('ip', ['address', 'replace', `${METADATA_ADDRESS}/32`, 'dev', 'lo']);
}

/** The VPC's data path in this network namespace. */
export interface Vpc {
  /** Makes devices, routes and neighbours equal to EC2's state as it is after the call. */
  reconcile(): Promise<void>;
  /** Removes all of them. */
  stop(): Promise<void>;
}

export function createVpc(options: { readonly readState: () => Promise<Ec2State> }): Vpc {
  let applied = EMPTY_PLAN;
  const apply = async (plan: typeof EMPTY_PLAN) => {
    const batch = changes(applied, plan);
    if (batch.length > 0) await run('ip', ['-batch', '-'], { input: batch.join('\n') });
    applied = plan;
  };
  const reconcile = coalesce(async () => apply(planVpc(await options.readState())));
  return { reconcile, stop: () => apply(EMPTY_PLAN) };
}
