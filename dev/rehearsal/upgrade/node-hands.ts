import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUSYBOX_IMAGE } from '../../stand-ins/instance/image/container-images.ts';
import type { Kubectl } from '../facts.ts';
import { RUN_FOLDER } from '../run-folder.ts';

/** The DaemonSet whose pods do things on the nodes. */
const HANDS = 'hands';
const WHERE = ['-n', 'kube-system'];

/**
 * Puts a pod on each node that can do there what root can. It is on the host's network, so it runs also while Multus
 * does not.
 */
export async function placeHands(kubectl: Kubectl): Promise<void> {
  const labels = { app: HANDS };
  const container = {
    name: HANDS,
    image: BUSYBOX_IMAGE,
    imagePullPolicy: 'IfNotPresent',
    command: ['sleep', 'infinity'],
    securityContext: { privileged: true },
    volumeMounts: [{ name: 'host', mountPath: '/host' }],
  };
  const spec = {
    hostNetwork: true,
    hostPID: true,
    terminationGracePeriodSeconds: 0,
    tolerations: [{ operator: 'Exists' }],
    containers: [container],
    volumes: [{ name: 'host', hostPath: { path: '/' } }],
  };
  const set = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: HANDS, namespace: 'kube-system' },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
  const file = join(RUN_FOLDER, 'hands.json');
  writeFileSync(file, JSON.stringify(set));
  await kubectl('apply', '--validate=false', '-f', file);
  await kubectl(...WHERE, 'rollout', 'status', `daemonset/${HANDS}`, '--timeout=180s');
}

/** Runs a shell script on a node, in the node's file system, and returns what it prints. */
export async function onNode(kubectl: Kubectl, node: string, script: string): Promise<string> {
  const selector = ['-l', `app=${HANDS}`, '--field-selector', `spec.nodeName=${node}`];
  const path = 'jsonpath={.items[0].metadata.name}';
  const pod = await kubectl(...WHERE, 'get', 'pods', ...selector, '-o', path);
  return kubectl(...WHERE, 'exec', pod, '--', 'chroot', '/host', 'sh', '-c', script);
}
