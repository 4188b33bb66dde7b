import type { VpcCni } from './vpc-cni.ts';

/** What a cluster that others made has inside, as far as Multus depends on it. */
export interface ClusterInside {
  /** Undefined where pods have another CNI plugin. */
  readonly vpcCni: VpcCni | undefined;
  /** What runs a Multus that others installed. */
  readonly otherMultus: readonly string[];
  /** The names of its ENIConfigs. */
  readonly eniConfigs: readonly string[];
}

/** The cluster does not let the role in, or not far enough. */
export interface Refusal {
  readonly refused: string;
}
