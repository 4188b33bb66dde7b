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

/** What one `ping` said. Times in milliseconds. */
export interface Ping {
  /** The interface that it was bound to. */
  readonly interface: string;
  readonly address: string;
  readonly sent: number;
  readonly received: number;
  readonly milliseconds?: { readonly min: number; readonly avg: number; readonly max: number };
  /** `unreachable`: the pod has no way there. `broken`: ping itself did not work, so it proves nothing. */
  readonly problem?: { readonly kind: 'unreachable' | 'broken'; readonly text: string };
}

/** What the probe script saw from inside one pod. */
export interface Probe {
  readonly addresses: readonly InterfaceAddress[];
  /** MTU in bytes by interface. */
  readonly mtu: Readonly<Record<string, number>>;
  readonly routes: readonly Route[];
  /** `ip r`, as the pod printed it. */
  readonly routeText: string;
  readonly pings: readonly Ping[];
}

/** Everything that was seen of one pod. */
export interface PodObservation {
  readonly name: string;
  readonly node?: string;
  /** The networks that it asks for, in the order of its interfaces net1, net2, …, as `namespace/name`. */
  readonly networks: readonly string[];
  /** Why it is not Ready; absent when it is. */
  readonly notReady?: string;
  /** Absent when the annotation is missing: Multus did not handle this pod. */
  readonly status?: readonly StatusEntry[];
  readonly probe?: Probe;
  /** Why there is no probe although the pod is Ready. */
  readonly probeError?: string;
}

/** The name of the interface that Multus gives to the network at `index` of a pod's list. */
export function interfaceName(index: number): string {
  return `net${index + 1}`;
}
