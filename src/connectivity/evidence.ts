import type { NetworkInterface } from '../aws/network-interfaces.ts';
import type { Expectation } from './expectation.ts';
import type { ProbeNetwork } from './network.ts';
import type { NodeObservation, PodObservation } from './observation.ts';

/** All that is known when a run is judged: what was seen, and what was to be seen. */
export interface Evidence {
  readonly networks: readonly ProbeNetwork[];
  readonly pods: readonly PodObservation[];
  /** The nodes that were to be tested; empty when the layout does not ask for nodes. */
  readonly nodes?: readonly NodeObservation[];
  /** Empty: the rule of one network and different networks alone. */
  readonly expectations?: readonly Expectation[];
  /** What the quality of an answer is judged by; absent when only answer and silence count. */
  readonly limits?: Limits;
  /** The most pairs that are probed; all when absent. */
  readonly maxPairs?: number;
  /** Addresses on secondary networks of pods that are not of this run. */
  readonly neighbours?: readonly Neighbour[];
  /** Absent when AWS was not asked: no credentials, or no EKS cluster. */
  readonly interfaces?: readonly NodeInterface[];
}

export interface Limits {
  /** Packets that may be lost, in percent. */
  readonly lossPercent: number;
  /** Longest average time of an answer, in milliseconds; not judged when absent. */
  readonly averageMilliseconds?: number;
}

/** An address that another pod of the cluster has, by Multus's word. */
export interface Neighbour {
  /** `namespace/name`. */
  readonly pod: string;
  readonly node?: string;
  readonly network: string;
  readonly interface: string;
  readonly address: string;
}

/** An elastic network interface of a node, as EC2 knows it. */
export interface NodeInterface extends Omit<NetworkInterface, 'instanceId'> {
  /** The Kubernetes node; undefined when it is attached to none of this cluster's. */
  readonly node: string | undefined;
}
