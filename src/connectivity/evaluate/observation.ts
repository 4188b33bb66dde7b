import type { Transport } from '../protocol.ts';

/** One interface as Multus reports it in the pod's annotation `k8s.v1.cni.cncf.io/network-status`. */
export interface StatusEntry {
  /** `namespace/name` of the network; the cluster's own network has the name of its configuration. */
  readonly network: string;
  readonly interface: string;
  readonly addresses: readonly string[];
}

/** An address as `ip addr` shows it inside the pod. */
export interface InterfaceAddress {
  readonly interface: string;
  readonly address: string;
  readonly prefix: number;
}

/** A route as `ip route` shows it inside the pod. */
export interface Route {
  /** `default` or a network such as `10.0.4.0/24`. */
  readonly destination: string;
  readonly interface: string;
  readonly source?: string;
}

/** The result of one `ping`, or of the last of several attempts. Times are in milliseconds. */
export interface Ping {
  /** The interface that it was bound to. */
  readonly interface: string;
  readonly address: string;
  readonly sent: number;
  readonly received: number;
  /** Answers to a request that was answered already. */
  readonly duplicates?: number;
  readonly milliseconds?: { readonly min: number; readonly avg: number; readonly max: number };
  /** `unreachable`: the pod has no route to the address. `broken`: ping itself failed, so it proves nothing. */
  readonly problem?: { readonly kind: 'unreachable' | 'broken'; readonly text: string };
  /** The number of attempts; 1 when absent. */
  readonly attempts?: number;
  /** A packet of the interface's MTU, unfragmented. Absent when none was sent. */
  readonly large?: LargePing;
  /** How far the requests got, when they were traced. */
  readonly requests?: Requests;
  /** How long the ping ran. */
  readonly tookMs?: number;
}

/** Echo requests (pings) that a pod sent while it was probed, and the answers that reached it, by the counters of its kernel. */
export interface Echoes {
  readonly requests: number;
  readonly answers: number;
}

/**
 * How far requests got: `kept` when the pod's interface could not send them because its parent interface is down; `lost`
 * when they left the pod but did not reach the target; `arrived` when they reached it.
 */
export type Requests = 'kept' | 'lost' | 'arrived';

/** The result of a ping with packets of the interface's MTU. */
export interface LargePing {
  /** Bytes with all headers: the MTU that was tried. */
  readonly bytes: number;
  readonly answered: boolean;
  /** The MTU of the path, less than `bytes`, when a router reported it. */
  readonly pathMtu?: number;
}

/** What a connection over a protocol with ports is about: the pod's own service, that of another pod, a given target. */
export const EXCHANGE_KINDS = ['service', 'pod', 'target'] as const;

/** A request over TCP, UDP or SCTP, and what came of it. The pod's routes chose the interface. */
export interface Exchange {
  readonly kind: (typeof EXCHANGE_KINDS)[number];
  readonly protocol: Transport;
  readonly address: string;
  readonly port: number;
  /** `broken`: the program itself failed, so it proves nothing. */
  readonly result: 'answered' | 'refused' | 'timeout' | 'unreachable' | 'broken';
  /** What the program printed; of TCP between pods, the name of the pod that answered. */
  readonly text: string;
  readonly tries: number;
  readonly tookMs: number;
  /** A request that fills packets of the interface's MTU. Absent when none was sent. */
  readonly large?: { readonly bytes: number; readonly answered: boolean };
}

/** A measurement of one path. */
export interface Sample {
  readonly interface: string;
  readonly address: string;
  /** Round trips of consecutive pings in milliseconds, without the lost ones. */
  readonly roundTrips: readonly number[];
  /** The numbers of the requests, in the order in which their answers came. */
  readonly order?: readonly number[];
  /** Of one TCP connection; absent when it could not be measured. */
  readonly megabitsPerSecond?: number;
  /** Why there is no throughput. */
  readonly problem?: string;
}

/** An entry of the pod's neighbour table (ARP and ND), as `ip neigh` shows it. */
export interface NeighbourEntry {
  readonly address: string;
  readonly interface: string;
  /** Absent when nobody answered. */
  readonly mac?: string;
  /** `REACHABLE`, `STALE`, `FAILED`, … */
  readonly state: string;
}

/** The programs for more than pings, each with its path; absent when the image has none. */
export interface Tools {
  readonly agnhost?: string;
  readonly iperf?: string;
}

/** What the probe script observed inside one pod. */
export interface Probe {
  readonly addresses: readonly InterfaceAddress[];
  /** MTU in bytes by interface. */
  readonly mtu: Readonly<Record<string, number>>;
  /** State by interface as the kernel calls it: `up`, `down`, `lowerlayerdown`, `unknown`. */
  readonly state?: Readonly<Record<string, string>>;
  readonly routes: readonly Route[];
  /** `ip r`, as the pod printed it. */
  readonly routeText: string;
  readonly pings: readonly Ping[];
  /** Of the first attempt, with its samples. Absent when the kernel does not show them. */
  readonly echoes?: Echoes;
  /** Absent when nothing but pings was asked for. */
  readonly tools?: Tools;
  readonly exchanges?: readonly Exchange[];
  readonly samples?: readonly Sample[];
  readonly neighbours?: readonly NeighbourEntry[];
  /** Hardware address by interface. */
  readonly mac?: Readonly<Record<string, string>>;
  /** Numbers of the kernel by interface and name: `net1.rp_filter`, `net1.rx_errors`. */
  readonly settings?: Readonly<Record<string, number>>;
  readonly errors?: Readonly<Record<string, number>>;
  /** The sources of the rules that send packets to tables of their own (`ip rule`). */
  readonly ruleSources?: readonly string[];
  /** Addresses that duplicate address detection found to be taken. */
  readonly refused?: readonly string[];
  /** How far the pod's clock is ahead of the runner's, in seconds, at least; negative when it is behind. */
  readonly clockSeconds?: number;
}

/** Everything that was observed of one pod. */
export interface PodObservation {
  readonly name: string;
  readonly node?: string;
  /** The availability zone of the node. */
  readonly zone?: string;
  /** The networks that it asks for, in the order of its interfaces net1, net2, …, as `namespace/name`. */
  readonly networks: readonly string[];
  /** Why it is not Ready; absent when it is. */
  readonly notReady?: string;
  /** Absent when the annotation is missing: Multus did not handle this pod. */
  readonly status?: readonly StatusEntry[];
  readonly probe?: Probe;
  /** Why the probe of a Ready pod failed. */
  readonly probeError?: string;
}

/** The name of the interface that Multus gives to the network at `index` of a pod's list. */
export function interfaceName(index: number): string {
  return `net${index + 1}`;
}

/** A node that should be tested. */
export interface NodeObservation {
  readonly name: string;
  readonly zone?: string;
  /** Why it cannot take test pods although it should; absent when it can. */
  readonly trouble?: { readonly kind: NodeTrouble; readonly text: string };
  /** Why it is left out on purpose: cordoned, tainted. */
  readonly leftOut?: string;
  /** The connections that the kernel of the node tracks, and the most that it can; absent when not read. */
  readonly connections?: { readonly used: number; readonly most: number };
}

/** `pressure`: the node runs out of disk, memory or process ids, so the scheduler sends it no pods. */
export type NodeTrouble = 'not-ready' | 'multus-down' | 'pressure';

/** Lost packets, in percent of those that were sent. */
export function lossPercent({ sent, received }: Pick<Ping, 'sent' | 'received'>): number {
  return sent === 0 ? 100 : Math.round(((sent - received) / sent) * 1000) / 10;
}
