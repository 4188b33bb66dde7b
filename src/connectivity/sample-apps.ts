import type { V1Pod } from '@kubernetes/client-node';
import { parseAllDocuments } from 'yaml';
import { MANAGED_BY, MANAGED_BY_LABEL, RUN_LABEL } from './cluster.ts';
import type { ProbeNetwork } from './network.ts';
import { NETWORKS_ANNOTATION } from './network-status.ts';

/** A pod of `manifests/sample-apps`, with its networks by number: 0 is the first that the file names. */
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

/** How many networks the sample pods need. */
export function networksNeeded(apps: readonly SampleApp[]): number {
  return new Set(apps.flatMap(({ networks }) => networks)).size;
}

/** What a run puts into the sample pods. */
export interface ProbePodOptions {
  readonly run: string;
  readonly namespace: string;
  readonly image: string;
  readonly imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  /** The one node that takes all pods; without it the scheduler chooses for each. */
  readonly node?: string;
  /** Labels that each pod's node must have; none for any node. */
  readonly nodeSelector?: Readonly<Record<string, string>>;
}

/** A pod to create, and the networks that it asks for, in order, as `namespace/name`. */
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
      })),
      ...(isEmpty(options.nodeSelector) ? {} : { nodeSelector: { ...options.nodeSelector } }),
      ...(options.node === undefined ? {} : { affinity: { nodeAffinity: onNode(options.node) } }),
    },
  };
}

function isEmpty(labels: Readonly<Record<string, string>> = {}): boolean {
  return Object.keys(labels).length === 0;
}

/** By affinity and not by `nodeName`, so that the scheduler still minds taints and free resources. */
function onNode(node: string) {
  const term = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] };
  return { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } };
}

function splitNames(annotation: string | undefined): string[] {
  return (annotation ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
