import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import type { KubernetesApi } from '../../../src/kubernetes/api.ts';
import { BUSYBOX_IMAGE } from '../../stand-ins/instance/image/container-images.ts';
import type { Kubectl } from '../facts.ts';
import { deletePods } from '../fixtures/pods.ts';
import { RUN_FOLDER } from '../run-folder.ts';
import type { Tally } from './tally.ts';

/** A stream of short-lived pods. Each says by its exit code whether it had its networks when it started. */
export interface StreamOptions {
  readonly api: KubernetesApi;
  readonly kubectl: Kubectl;
  /** Names of NetworkAttachmentDefinitions in the namespace default. */
  readonly networks: readonly string[];
}

const PODS = '/api/v1/namespaces/default/pods';
const APP = 'stream';
/** The exit code of a pod that lacks an interface or its address. */
const ALONE = 7;
/** How many DaemonSets there are, each with one pod on a node. A prefix of a node has sixteen addresses. */
const DAEMON_SETS = 6;
/** How long the last pods may take after the disturbance. */
const DRAIN_MS = 300_000;

/**
 * Keeps a pod of each of six DaemonSets on every node while `disturb` runs, and until `least` pods have answered: once
 * a second, it deletes those that have, and their DaemonSets make new ones. Then waits until the last have answered.
 * The pods tolerate everything, so the DaemonSets put them on new, unready and cordoned nodes, too.
 */
export async function streamDuring(
  { api, kubectl, networks }: StreamOptions,
  least: number,
  disturb: () => Promise<unknown>,
): Promise<Omit<Tally, 'leaked'>> {
  await createSets(kubectl, networks);
  const stream = new PodStream();
  const look = async () => {
    const answered = stream.seen(await api.list<V1Pod>(PODS, { labelSelector: `app=${APP}` }));
    for (const name of answered) await api.remove(`${PODS}/${name}`);
    await delay(1_000);
  };
  let over = false;
  const disturbance = disturb()
    .then(() => ({}))
    .catch((error: unknown) => ({ failure: String(error) }))
    .finally(() => {
      over = true;
    });
  while (!over || stream.answered < least) await look();
  // The pods stay, and nothing makes new ones.
  await kubectl('delete', 'daemonsets', '-l', `app=${APP}`, '--cascade=orphan');
  const drainUntil = Date.now() + DRAIN_MS;
  do await look();
  while (stream.waiting > 0 && Date.now() < drainUntil);
  const tally = stream.tally();
  await deletePods(kubectl, APP);
  return { ...tally, ...(await disturbance) };
}

/** What is known of each pod of the stream, by its name. */
class PodStream {
  readonly #pods = new Map<string, 'waits' | 'gone' | Answer>();

  get answered(): number {
    return this.#answers().length;
  }

  get waiting(): number {
    return [...this.#pods.values()].filter((pod) => pod === 'waits').length;
  }

  /**
   * Notes the pods that exist now.
   *
   * @returns the names of those that have answered and are not being deleted.
   */
  seen(pods: readonly V1Pod[]): readonly string[] {
    const now = new Map(pods.map((pod) => [pod.metadata?.name ?? '', pod]));
    for (const [name, known] of this.#pods) {
      if (known === 'waits' && !now.has(name)) this.#pods.set(name, 'gone');
    }
    for (const [name, pod] of now) {
      const known = this.#pods.get(name) ?? 'waits';
      this.#pods.set(name, known === 'waits' ? (answerOf(pod) ?? 'waits') : known);
    }
    return [...now]
      .filter(([name, { metadata }]) => this.#has(name) && metadata?.deletionTimestamp == null)
      .map(([name]) => name);
  }

  tally(): Omit<Tally, 'leaked'> {
    const answers = this.#answers();
    const alone = answers.filter(({ code }) => code === ALONE).length;
    return {
      attached: answers.length - alone,
      alone,
      interrupted: [...this.#pods.values()].filter((pod) => pod === 'gone').length,
      stuck: this.waiting,
      longestMs: Math.max(0, ...answers.map(({ ms }) => ms)),
    };
  }

  #has(name: string): boolean {
    return typeof this.#pods.get(name) === 'object';
  }

  #answers(): readonly Answer[] {
    return [...this.#pods.values()].filter((pod) => typeof pod === 'object');
  }
}

interface Answer {
  readonly code: 0 | typeof ALONE;
  /** The time from the creation of the pod to its answer. */
  readonly ms: number;
}

/** The answer of a pod; undefined while it has given none. The kubelet may have started its container again since. */
function answerOf({ metadata, status }: V1Pod): Answer | undefined {
  for (const terminated of ends(status?.containerStatuses?.[0])) {
    const { exitCode: code, finishedAt } = terminated;
    if (code !== 0 && code !== ALONE) continue;
    return { code, ms: Math.max(0, time(finishedAt) - time(metadata?.creationTimestamp)) };
  }
  return undefined;
}

function ends(container: V1ContainerStatus | undefined) {
  return [container?.lastState?.terminated, container?.state?.terminated].filter(
    (end) => end !== undefined,
  );
}

function time(date: Date | string | undefined): number {
  return date === undefined ? 0 : +new Date(date);
}

async function createSets(kubectl: Kubectl, networks: readonly string[]): Promise<void> {
  const items = Array.from({ length: DAEMON_SETS }, (_, index) =>
    daemonSet(`${APP}-${index + 1}`, networks),
  );
  const file = join(RUN_FOLDER, `${APP}.json`);
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  await kubectl('create', '-f', file);
}

function daemonSet(name: string, networks: readonly string[]) {
  const has = networks.map(
    (_, index) => `ip -4 -o address show dev net${index + 1} | grep -q inet`,
  );
  const labels = { app: APP, set: name };
  const spec = {
    tolerations: [{ operator: 'Exists' }],
    terminationGracePeriodSeconds: 1,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    containers: [
      {
        name: 'pod',
        image: BUSYBOX_IMAGE,
        imagePullPolicy: 'IfNotPresent',
        command: ['sh', '-c', `${has.join(' && ')} || exit ${ALONE}`],
      },
    ],
  };
  const annotations = { 'k8s.v1.cni.cncf.io/networks': networks.join(',') };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, labels: { app: APP } },
    spec: {
      selector: { matchLabels: { set: name } },
      template: { metadata: { labels, annotations }, spec },
    },
  };
}
