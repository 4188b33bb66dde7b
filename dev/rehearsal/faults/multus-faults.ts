import type { Fault } from './fault.ts';
import type { Site } from './site.ts';
import { untilTrue } from './until.ts';

/** Faults of Multus, caused through its DaemonSet and the node's CNI folder. */
export const MULTUS_FAULTS: readonly Fault[] = [
  {
    name: 'pod without its second interface',
    cause: 'predates-multus',
    says: /Multus did not handle this pod/,
    // As on a node whose pods started before Multus: the container runtime knows only the VPC CNI.
    inject: ({ onNode, far }) =>
      onNode(far, 'mv /etc/cni/net.d/01-multus-guard.conf /etc/cni/net.d/00-multus.conf /run/'),
    heal: ({ onNode, far }) =>
      onNode(far, 'mv /run/00-multus.conf /run/01-multus-guard.conf /etc/cni/net.d/'),
  },
  {
    name: 'Multus down',
    cause: 'multus-down',
    says: /Multus does not run on the node/,
    async inject({ kubectl, near }) {
      await kubectl('label', 'node', near.name, 'rehearsal/multus=up', '--overwrite');
      // A rollout would not do: the other node must keep the same Multus pod.
      await patchMultus(kubectl, { type: 'OnDelete' }, { 'rehearsal/multus': 'up' });
      await untilTrue(async () => (await multusPods(kubectl)) === 1);
    },
    async heal({ kubectl, near }) {
      await patchMultus(kubectl, { type: 'RollingUpdate' }, { 'rehearsal/multus': null });
      await rolledOut(kubectl);
      await kubectl('label', 'node', near.name, 'rehearsal/multus-');
    },
  },
  {
    name: 'Multus updated half-way',
    cause: 'multus-down',
    says: /(ErrImagePull|ImagePullBackOff)/,
    // The DaemonSet replaces the pod of one node, which cannot pull the image, and waits for it for ever.
    inject: async ({ kubectl }) => {
      await setImages(kubectl, (image) => `${image}-broken`);
      await untilTrue(async () => /ErrImagePull|ImagePullBackOff/.test(await waitingPods(kubectl)));
    },
    heal: async ({ kubectl }) => {
      await setImages(kubectl, (image) => image.replace(/-broken$/, ''));
      await rolledOut(kubectl);
    },
  },
];

/** Gives every container of the DaemonSet another image. */
async function setImages(
  kubectl: Site['kubectl'],
  change: (image: string) => string,
): Promise<void> {
  const daemonSet = ['daemonset/kube-multus-ds', '-n', 'kube-system'];
  const { initContainers, containers } = JSON.parse(
    await kubectl('get', ...daemonSet, '-o', 'jsonpath={.spec.template.spec}'),
  ) as Record<'initContainers' | 'containers', readonly { name: string; image: string }[]>;
  const images = [...initContainers, ...containers].map(
    ({ name, image }) => `${name}=${change(image)}`,
  );
  await kubectl('set', 'image', ...daemonSet, ...images);
}

/** Why containers of Multus's pods wait, as words. */
function waitingPods(kubectl: Site['kubectl']): Promise<string> {
  const paths = ['initContainerStatuses', 'containerStatuses']
    .map((list) => `{.items[*].status.${list}[*].state.waiting.reason}`)
    .join(' ');
  const what = ['pods', '-n', 'kube-system', '-l', 'name=multus'];
  return kubectl('get', ...what, '-o', `jsonpath=${paths}`);
}

async function rolledOut(kubectl: Site['kubectl']): Promise<void> {
  const rollout = ['rollout', 'status', 'daemonset/kube-multus-ds', '--timeout=180s'];
  await kubectl('-n', 'kube-system', ...rollout);
}

async function patchMultus(
  kubectl: Site['kubectl'],
  updateStrategy: { readonly type: 'OnDelete' | 'RollingUpdate' },
  nodeSelector: Readonly<Record<string, string | null>>,
): Promise<void> {
  const patch = { spec: { updateStrategy, template: { spec: { nodeSelector } } } };
  const what = ['daemonset', '-n', 'kube-system', 'kube-multus-ds'];
  await kubectl('patch', ...what, '--type', 'merge', '-p', JSON.stringify(patch));
}

async function multusPods(kubectl: Site['kubectl']): Promise<number> {
  const what = ['pods', '-n', 'kube-system', '-l', 'name=multus'];
  const names = await kubectl('get', ...what, '-o', 'name');
  return names.split('\n').filter((line) => line !== '').length;
}
