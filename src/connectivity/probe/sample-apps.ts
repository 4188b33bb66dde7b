import type { V1NodeSelectorTerm, V1Pod, V1PodSpec } from '@kubernetes/client-node';
import { parseAllDocuments } from 'yaml';
import { ENVIRONMENT_LABEL } from '../../environment/shared-cluster.ts';
import { type Taint, tolerationsOf } from '../../environment/taints.ts';
import type { NodeObservation } from '../evaluate/observation.ts';
import { MANAGED_BY, MANAGED_BY_LABEL, RUN_LABEL } from './cluster.ts';
import type { ProbeNetwork } from './network.ts';
import type { NodeChoice } from './placement.ts';
import { NETWORKS_ANNOTATION } from './probe-output.ts';
import { serviceScript } from './service-script.ts';

/** A pod of `manifests/sample-apps`. Its networks are numbers: 0 is the first network that the file names. */
export interface SampleApp {
  readonly name: string;
  readonly networks: readonly number[];
  readonly pod: V1Pod;
}

/** Reads the manifest with the sample pods. */
export function readSampleApps(text: string): SampleApp[] {
  const pods = parseAllDocuments(text).map((document) => document.toJS() as V1Pod);
  const named = pods.map((pod) => splitNames(pod.metadata?.annotations?.[NETWORKS_ANNOTATION]));
  const order = [...new Set(named.flat())];
  return pods.map((pod, index) => ({
    name: pod.metadata?.name ?? '',
    networks: (named[index] ?? []).map((name) => order.indexOf(name)),
    pod,
  }));
}

/** What a run sets in the sample pods. */
export interface ProbePodOptions {
  readonly run: string;
  readonly namespace: string;
  readonly image: string;
  readonly imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  /** Whether the pods answer TCP, UDP and SCTP. */
  readonly serves?: boolean;
  /** The node for all pods. Without it, the scheduler chooses a node for each pod. */
  readonly node?: string;
  /** The nodes that the scheduler may choose from; any node when absent. */
  readonly nodes?: NodeChoice;
  /** The taints that the pods tolerate; none when absent. */
  readonly tolerated?: readonly Taint[] | undefined;
}

/** A pod to create, and its networks in order, as `namespace/name`. */
export interface ProbePod {
  readonly name: string;
  readonly networks: readonly string[];
  readonly manifest: V1Pod;
}

/** The sample pods with this run's networks, labels, image and placement. */
export function probePods(
  apps: readonly SampleApp[],
  networks: readonly ProbeNetwork[],
  options: ProbePodOptions,
): ProbePod[] {
  return apps.map((app) => {
    const own = app.networks.flatMap((index) => networks[index]?.id ?? []);
    return { name: app.name, networks: own, manifest: fill(app.pod, own, options) };
  });
}

/** A sample pod with a run's networks, labels, image and placement. */
export function fill(pod: V1Pod, networks: readonly string[], options: ProbePodOptions): V1Pod {
  const { metadata, spec } = pod;
  return {
    ...pod,
    metadata: {
      ...metadata,
      namespace: options.namespace,
      labels: { ...metadata?.labels, [MANAGED_BY_LABEL]: MANAGED_BY, [RUN_LABEL]: options.run },
      annotations: { ...metadata?.annotations, [NETWORKS_ANNOTATION]: networks.join(',') },
    },
    spec: {
      ...spec,
      containers: (spec?.containers ?? []).map((container) => ({
        ...container,
        image: options.image,
        imagePullPolicy: options.imagePullPolicy,
        ...(options.serves ? SERVING : {}),
      })),
      ...placed(options),
    },
  };
}

/** The command of pods with services, and the memory that their programs need. */
const SERVING = {
  command: ['/bin/sh', '-c', serviceScript()],
  resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '512Mi' } },
};

/** Uses affinity instead of `nodeName`, so that the scheduler respects taints and free resources. */
function placed({ node, nodes, tolerated = [] }: ProbePodOptions): Partial<V1PodSpec> {
  const tolerations = tolerated.length === 0 ? {} : { tolerations: tolerationsOf(tolerated) };
  if (node !== undefined) {
    const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node] }];
    return { ...tolerations, ...onNodes({ matchFields }) };
  }
  const { labels = {}, host } = nodes ?? {};
  return {
    ...tolerations,
    ...(Object.keys(labels).length === 0 ? {} : { nodeSelector: { ...labels } }),
    ...(host === undefined ? {} : notOnGuests(host)),
  };
}

/** Selects nodes of the host environment and nodes without an environment. Only one of the terms must match. */
function notOnGuests(host: string): Partial<V1PodSpec> {
  const key = ENVIRONMENT_LABEL;
  return onNodes(
    { matchExpressions: [{ key, operator: 'In', values: [host] }] },
    { matchExpressions: [{ key, operator: 'DoesNotExist' }] },
  );
}

function onNodes(...nodeSelectorTerms: V1NodeSelectorTerm[]): Partial<V1PodSpec> {
  const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } };
  return { affinity: { nodeAffinity } };
}

function splitNames(annotation: string | undefined): string[] {
  return (annotation ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

export interface MatrixOptions extends Omit<ProbePodOptions, 'node'> {
  /** Pods of each network on each node; two or more make pairs on one node. */
  readonly podsPerNode: number;
}

const LONGEST_NAME = 40;

/** For each network, the same number of pods on each node; each pod is on one network. Pure. */
export function matrixPods(
  template: V1Pod,
  networks: readonly ProbeNetwork[],
  nodes: readonly NodeObservation[],
  options: MatrixOptions,
): ProbePod[] {
  const names = uniqueNames(networks);
  return networks.flatMap(({ id }, index) =>
    nodes.flatMap((node, nodeIndex) =>
      Array.from({ length: options.podsPerNode }, (_, number) => {
        const name = `${names[index]}-n${nodeIndex + 1}-${number + 1}`;
        const own = { ...template, metadata: { ...template.metadata, name } };
        return {
          name,
          networks: [id],
          manifest: fill(own, [id], { ...options, node: node.name }),
        };
      }),
    ),
  );
}

/** Adds a number to equal names: those in different namespaces, and long names with the same beginning. */
function uniqueNames(networks: readonly ProbeNetwork[]): string[] {
  const short = networks.map(({ name }) => name.slice(0, LONGEST_NAME).replace(/[^a-z0-9]+$/, ''));
  const taken = new Set(short);
  return short.map((name) => {
    if (short.indexOf(name) === short.lastIndexOf(name)) return name;
    let number = 1;
    while (taken.has(`${name}-${number}`)) number += 1;
    taken.add(`${name}-${number}`);
    return `${name}-${number}`;
  });
}
