import type { V1Pod } from '@kubernetes/client-node';
import type { ProbeNetwork } from './network.ts';
import type { NodeObservation } from './observation.ts';
import { fill, type ProbePod, type ProbePodOptions } from './sample-apps.ts';

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

/** Networks of one name in different namespaces, and long names that begin alike, get a number. */
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
