import type { RegistryImage } from '../../stand-ins/registry/oci-image.ts';
import type { Kubectl } from '../facts.ts';
import { readNodes } from '../fixtures/nodes.ts';
import { onNode, placeHands } from '../upgrade/node-hands.ts';

/**
 * Pulls images onto all nodes at once, so that no test waits for them. An image of the same name on the nodes' disk is replaced: agnhost
 * there lacks the tools that Kubernetes' tests call.
 */
export async function pullImages(
  kubectl: Kubectl,
  images: readonly RegistryImage[],
): Promise<void> {
  await placeHands(kubectl);
  const pull = 'ctr -n k8s.io images pull --hosts-dir /etc/containerd/certs.d';
  const script = images.flatMap(({ names }) => names).map((name) => `${pull} ${name} >/dev/null`);
  const nodes = await readNodes(kubectl);
  await Promise.all(nodes.map(({ name }) => onNode(kubectl, name, script.join(' && '))));
}
