import { setTimeout as delay } from 'node:timers/promises';
import type { V1Pod } from '@kubernetes/client-node';
import type { Kubectl } from '../facts.ts';
import { readNodes } from '../fixtures/nodes.ts';
import { onNode } from './node-hands.ts';

/**
 * The addresses that nodes hold for no pod, in the VPC CNI's network and in those of Multus. Polls until there are none,
 * or `withinMs` have passed: a busy node takes its time to end deleted pods.
 */
export async function lostAddresses(
  kubectl: Kubectl,
  withinMs: number,
): Promise<readonly string[]> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const held = await heldAddresses(kubectl);
    const pods = JSON.parse(await kubectl('get', 'pods', '-A', '-o', 'json')) as {
      readonly items: readonly V1Pod[];
    };
    const had = addressesOf(pods.items);
    const lost = held.filter((address) => !had.has(address));
    if (lost.length === 0 || Date.now() > deadline) return lost;
    await delay(2_000);
  }
}

async function heldAddresses(kubectl: Kubectl): Promise<readonly string[]> {
  const script = 'ls /run/cni/aws/*/ /run/cni/multus/*/ 2>/dev/null | grep "^[0-9]" || true';
  const nodes = await readNodes(kubectl);
  const lists = await Promise.all(nodes.map(({ name }) => onNode(kubectl, name, script)));
  return lists.flatMap((list) => list.split('\n')).filter((line) => line !== '');
}

/** All addresses of pods: those of the cluster's network, and those that Multus notes. Pure. */
export function addressesOf(pods: readonly V1Pod[]): ReadonlySet<string> {
  return new Set(
    pods.flatMap(({ metadata, status }) => {
      const noted = metadata?.annotations?.['k8s.v1.cni.cncf.io/network-status'] ?? '[]';
      const networks = JSON.parse(noted) as readonly { readonly ips?: readonly string[] }[];
      const main = (status?.podIPs ?? []).map(({ ip }) => ip);
      return [...main, ...networks.flatMap(({ ips = [] }) => ips)];
    }),
  );
}
