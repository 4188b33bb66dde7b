import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RUN_FOLDER } from '../run-folder.ts';
import type { Site } from './site.ts';

/** Makes a network as a person would: with kubectl, past what configure-multus checks. */
export function applyNetwork(
  site: Site,
  name: string,
  plugins: readonly object[],
  namespace = 'default',
): Promise<void> {
  return applyObject(site, {
    apiVersion: 'k8s.cni.cncf.io/v1',
    kind: 'NetworkAttachmentDefinition',
    metadata: { name, namespace },
    spec: { config: JSON.stringify({ cniVersion: '1.0.0', name, plugins }) },
  });
}

interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<{ name: string; namespace?: string; annotations?: object }>;
  readonly spec: object;
}

export async function applyObject({ kubectl }: Site, object: KubernetesObject): Promise<void> {
  const file = join(RUN_FOLDER, `${object.kind}-${object.metadata.name}.json`);
  await writeFile(file, JSON.stringify(object));
  await kubectl('apply', '-f', file);
}

export async function deleteNetwork({ kubectl }: Site, name: string): Promise<void> {
  const kind = 'network-attachment-definition';
  await kubectl('delete', kind, '-n', 'default', name, '--ignore-not-found');
}

/** ipvlan on the nodes' eth1, with addresses of its prefixes. */
export const ON_ETH1 = {
  type: 'ipvlan',
  master: 'eth1',
  mode: 'l3',
  ipam: { type: 'eni-prefix' },
} as const;

const BRIDGE = 'faults0';

/** A bridge on each node, whose pods find each other by ARP. The VPC knows nothing of it, so a test must stay on one node. */
export function onBridge(ipam: object = {}): object {
  const subnet = '192.168.77.0/24';
  return { type: 'bridge', bridge: BRIDGE, ipam: { type: 'host-local', subnet, ...ipam } };
}

/** Removes what the plugins bridge and host-local leave on a node after their last pod. */
export async function forgetBridge({ onNode, near }: Site, name: string): Promise<void> {
  await onNode(near, `ip link delete ${BRIDGE} || :; rm -rf /var/lib/cni/networks/${name}`);
}

/** Inputs of verify for a network whose pods all run on the near node. */
export function onNear(name: string): (site: Site) => Readonly<Record<string, string>> {
  return ({ near }) => ({
    networks: name,
    'node-selector': `kubernetes.io/hostname=${near.name}`,
  });
}
