import type { SetUp } from '../preflight/set-up.ts';
import { versionOf } from '../preflight/set-up.ts';

/** A change of the Kubernetes version of a cluster that exists, such as from `1.34` to `1.35`. */
export interface VersionChange {
  readonly from: string;
  readonly to: string;
}

/** The change of version that the inputs ask for; undefined when the environment keeps its version or has no cluster yet. Pure. */
export function versionChange(setUp: Pick<SetUp, 'inputs' | 'infra'>): VersionChange | undefined {
  const from = setUp.infra?.parameters['KubernetesVersion'];
  const { base, cluster } = setUp.inputs;
  // A cluster that others made gets its version from its owner.
  if (base !== undefined || cluster.given !== undefined || from === undefined) return undefined;
  const to = versionOf(setUp);
  return from === to ? undefined : { from, to };
}

/** The minor version of `1.34`, `v1.34.2` or `v1.34.2-eksbuild.1`: 34; undefined for anything else. Pure. */
export function minorOf(version: string): number | undefined {
  const minor = /^v?1\.(\d+)/.exec(version)?.[1];
  return minor === undefined ? undefined : Number(minor);
}

/** By how many minor versions `newer` is ahead of `older`; undefined when one of them is not readable. Pure. */
export function minorsAhead(newer: string, older: string): number | undefined {
  const [ahead, behind] = [minorOf(newer), minorOf(older)];
  return ahead === undefined || behind === undefined ? undefined : ahead - behind;
}
