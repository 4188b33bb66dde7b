import { setTimeout as delay } from 'node:timers/promises';
import {
  MULTUS_IMAGES,
  THIN_MULTUS_IMAGE,
} from '../../stand-ins/instance/image/container-images.ts';
import type { Kubectl } from '../facts.ts';
import { runAction } from '../faults/run-action.ts';
import { awaitNodes, type Node, readNodes } from '../fixtures/nodes.ts';
import { onNode } from './node-hands.ts';

/** An environment with Multus, and the means to disturb it. */
export interface DisturbedSite {
  readonly kubectl: Kubectl;
  readonly kubeconfig: string;
  readonly nodes: readonly Node[];
  readonly networks: readonly string[];
  reboot(instanceId: string): Promise<void>;
  /** Runs `provision.yml` again with other inputs. */
  provision(name: string, more: Inputs): Promise<unknown>;
}

type Inputs = Readonly<Record<string, string>>;

/** Something that happens to Multus or its node while pods start. */
export interface Disturbance {
  readonly name: string;
  disturb(site: DisturbedSite): Promise<unknown>;
}

const MULTUS = ['-n', 'kube-system', 'daemonset/kube-multus-ds'] as const;
const [THICK_IMAGE = ''] = MULTUS_IMAGES;
/** The same image under another name, as a new version would have. */
const NEXT_IMAGE = THICK_IMAGE.replace('eksbuild.3', 'eksbuild.4');
/** An image that each node can start, but that has no daemon. */
const BROKEN_IMAGE = THICK_IMAGE.replace('eksbuild.3', 'eksbuild.5');
const MISSING_IMAGE = THICK_IMAGE.replace('eksbuild.3', 'eksbuild.6');
const WITHIN_MS = 400_000;

export const KUBERNETES_BEFORE = '1.34';
const KUBERNETES_AFTER = '1.35';

/** The input `node-groups`: one group with room for one more node. */
export function nodeGroups(desired: number, volumeSize: number): string {
  const group = { name: 'ng1', zone: 'ap-northeast-2a', min: 1, desired, max: desired + 1 };
  return JSON.stringify([{ ...group, 'volume-size': volumeSize }]);
}

/** The ends of a thick Multus. Without the guard, pods that start meanwhile lack their networks. */
export const THICK_ENDS: readonly Disturbance[] = [
  { name: 'thick: kill -9 of the daemon', disturb: (site) => kill(site, 'multus-daemon') },
  { name: 'thick: pods of Multus deleted', disturb: deletePods },
  { name: 'thick: rollout restart', disturb: restart },
];

/**
 * All, in this order: each begins where the one before has ended. A thick Multus runs on each node before the first and
 * after the last.
 */
export const DISTURBANCES: readonly Disturbance[] = [
  ...THICK_ENDS,
  { name: 'thick → thin', disturb: (site) => configure(site, 'thin', { 'multus-mode': 'thin' }) },
  { name: 'thin: kill -9', disturb: (site) => kill(site, 'thin_entrypoint') },
  { name: 'thin: rollout restart', disturb: restart },
  { name: 'thin → thick', disturb: (site) => configure(site, 'thick') },
  { name: 'image update', disturb: (site) => update(site, NEXT_IMAGE) },
  { name: 'update to a missing image', disturb: updateToMissing },
  { name: 'update to a broken image', disturb: updateToBroken },
  { name: 'containerd restart', disturb: restartContainerd },
  { name: 'node reboot', disturb: rebootNode },
  { name: 'DaemonSet deleted', disturb: deleteDaemonSet },
  // New nodes have the images of the pack only, so these come when no other is in use.
  { name: 'rollout of all nodes', disturb: rollNodes },
  { name: 'Kubernetes upgrade', disturb: upgradeKubernetes },
];

/** Kills the program on each node, three times. */
async function kill({ kubectl, nodes }: DisturbedSite, program: string): Promise<void> {
  for (let time = 0; time < 3; time += 1) {
    await Promise.all(
      nodes.map(({ name }) =>
        onNode(kubectl, name, `until pkill -9 -x ${comm(program)}; do sleep 0.5; done`),
      ),
    );
    await delay(15_000);
  }
  await rolledOut(kubectl);
}

/** The kernel keeps fifteen characters of a program's name. */
function comm(program: string): string {
  return program.slice(0, 15);
}

async function deletePods({ kubectl }: DisturbedSite): Promise<void> {
  await kubectl('-n', 'kube-system', 'delete', 'pods', '-l', 'name=multus', '--wait=false');
  await rolledOut(kubectl);
}

async function restart({ kubectl }: DisturbedSite): Promise<void> {
  await kubectl('rollout', 'restart', ...MULTUS);
  await rolledOut(kubectl);
}

async function rolledOut(kubectl: Kubectl): Promise<void> {
  await kubectl('rollout', 'status', ...MULTUS, '--timeout=300s');
}

function run({ kubeconfig, networks, nodes }: DisturbedSite, name: string, more: Inputs) {
  const list = networks.map((network, index) => ({ name: network, network: index + 1 }));
  return runAction('configure-multus', `upgrade-${name}`, {
    kubeconfig,
    networks: JSON.stringify(list),
    'expected-nodes': String(nodes.length),
    ...more,
  });
}

/** @throws Error when configure-multus fails. */
async function configure(site: DisturbedSite, name: string, more: Inputs = {}): Promise<void> {
  const { succeeded, log } = await run(site, name, more);
  if (!succeeded) throw new Error(`configure-multus failed; see ${log}`);
}

async function update(site: DisturbedSite, image: string): Promise<void> {
  await tag(site, THICK_IMAGE, image);
  await configure(site, 'next', { 'multus-image': image });
}

/** Gives an image of the nodes another name. */
async function tag({ kubectl, nodes }: DisturbedSite, image: string, name: string): Promise<void> {
  const script = `ctr -n k8s.io images tag --force ${image} ${name}`;
  await Promise.all(nodes.map((node) => onNode(kubectl, node.name, script)));
}

/** The action must find out before it changes Multus. */
async function updateToMissing(site: DisturbedSite): Promise<void> {
  const before = await imageNow(site.kubectl);
  const inputs = { 'multus-image': MISSING_IMAGE, 'timeout-minutes': '1' };
  const { succeeded, printed, log } = await run(site, 'missing', inputs);
  const says = /Multus stays as it is.*on ip-[\s\S]*Image/.test(printed);
  const kept = (await imageNow(site.kubectl)) === before;
  if (succeeded || !says || !kept) throw new Error(`it is not refused; see ${log}`);
}

/** The action must stop at the first node, name it, and go back. */
async function updateToBroken(site: DisturbedSite): Promise<void> {
  const before = await imageNow(site.kubectl);
  await tag(site, THIN_MULTUS_IMAGE, BROKEN_IMAGE);
  const { succeeded, printed, log } = await run(site, 'broken', { 'multus-image': BROKEN_IMAGE });
  const says =
    /the rollout has stopped: pod kube-multus-ds-\w+ on ip-.*all nodes are back at/s.test(printed);
  const back = (await imageNow(site.kubectl)) === before;
  if (succeeded || !says || !back) throw new Error(`it does not go back; see ${log}`);
  await rolledOut(site.kubectl);
}

function imageNow(kubectl: Kubectl): Promise<string> {
  const path = 'jsonpath={.spec.template.spec.containers[0].image}';
  return kubectl('get', ...MULTUS, '-o', path);
}

/** containerd ends while it starts pods, on each node, twice. It is started again after two seconds. */
async function restartContainerd({ kubectl, nodes }: DisturbedSite): Promise<void> {
  for (let time = 0; time < 2; time += 1) {
    // The answer of the exec passes through containerd, so it is lost.
    const kills = nodes.map(({ name }) => onNode(kubectl, name, 'pkill -9 -x containerd'));
    await Promise.allSettled(kills);
    await delay(20_000);
  }
  await rolledOut(kubectl);
}

async function rebootNode({ kubectl, nodes, reboot }: DisturbedSite): Promise<void> {
  const [first] = await readNodes(kubectl);
  if (first === undefined) throw new Error('no node to reboot');
  await reboot(first.instanceId);
  const booted = (now: readonly Node[]) =>
    now.some(({ name, bootId }) => name === first.name && bootId !== first.bootId);
  await awaitNodes(kubectl, nodes.length, WITHIN_MS, booted);
  await rolledOut(kubectl);
}

/** Somebody deletes Multus by mistake; half a minute later, the action installs it again. */
async function deleteDaemonSet(site: DisturbedSite): Promise<void> {
  await site.kubectl('delete', ...MULTUS, '--wait=false');
  await delay(30_000);
  await configure(site, 'again');
}

/** Larger volumes need a new launch template, so a deploy replaces every node. */
async function rollNodes(site: DisturbedSite): Promise<void> {
  await site.provision('roll-nodes', { 'node-groups': nodeGroups(site.nodes.length, 60) });
  await onlyNewNodes(site);
}

/** The control plane, and every node once more. */
async function upgradeKubernetes(site: DisturbedSite): Promise<void> {
  const inputs = { 'kubernetes-version': KUBERNETES_AFTER };
  const groups = nodeGroups(site.nodes.length, 60);
  await site.provision('upgrade-kubernetes', { ...inputs, 'node-groups': groups });
  await onlyNewNodes(site);
  const kubelets = (await readNodes(site.kubectl)).map(({ kubeletVersion }) => kubeletVersion);
  const old = kubelets.filter((version) => !version.startsWith(`v${KUBERNETES_AFTER}.`));
  if (old.length > 0) throw new Error(`kubelets are still ${old.join(', ')}`);
}

async function onlyNewNodes({ kubectl, nodes }: DisturbedSite): Promise<void> {
  const old = new Set(nodes.map(({ instanceId }) => instanceId));
  const isNew = ({ instanceId }: Node) => !old.has(instanceId);
  await awaitNodes(kubectl, nodes.length, WITHIN_MS, (now) => now.every(isNew));
  await rolledOut(kubectl);
}
