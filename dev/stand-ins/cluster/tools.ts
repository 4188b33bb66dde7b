/** The part of the rehearsal's tools that a control plane needs: a folder with the binaries. */
export interface ControlPlaneTools {
  readonly bin: string;
  /** The API server, the controllers and the scheduler of the next minor version, if they have been built. */
  readonly next?: NextVersion | undefined;
  /** Programs for pods. With CoreDNS among them, new clusters have it, as those of EKS do. */
  readonly modules?: { readonly coredns?: string };
}

export interface NextVersion {
  /** Such as `1.35`. */
  readonly version: string;
  readonly bin: string;
}

/** The tools with the programs of a version of Kubernetes. Only the next one has its own; all others share a folder. */
export function toolsOf({ bin, next }: ControlPlaneTools, version: string): ControlPlaneTools {
  return { bin: next?.version === version ? next.bin : bin };
}
