import type { KubernetesObject } from '@kubernetes/client-node';
import { OUR_LABELS } from '../kubernetes/apply.ts';
import type { Ipam, Mode } from './network-spec.ts';

/** A network that pods can attach to, with everything decided. Addresses are in dotted form. */
export interface Attachment {
  readonly name: string;
  readonly namespace: string;
  /** 1, 2, …, when it is one of the environment's networks. */
  readonly network: number | undefined;
  readonly master: string;
  readonly mode: Mode;
  readonly ipam: Ipam;
  readonly mtu: number | undefined;
  readonly subnet: string | undefined;
  readonly range: AddressRange | undefined;
  readonly gateway: string | undefined;
  readonly routes: readonly Route[];
}

export interface AddressRange {
  readonly first: string;
  readonly last: string;
}

export interface Route {
  readonly dst: string;
  readonly gw?: string | undefined;
}

export interface NetworkAttachmentDefinition extends KubernetesObject {
  readonly apiVersion: 'k8s.cni.cncf.io/v1';
  readonly kind: 'NetworkAttachmentDefinition';
  readonly spec?: { readonly config: string };
}

/** Tells which of the environment's networks a definition belongs to. */
export const NETWORK_LABEL = 'eks-multus-actions/network';

/**
 * The Kubernetes object of an attachment. With `eni-prefix` it has no configuration of its own: Multus
 * then takes the node's own one of the same name, in which each node has its own addresses.
 */
export function toDefinition(attachment: Attachment): NetworkAttachmentDefinition {
  const { name, namespace, network } = attachment;
  const labels = {
    ...OUR_LABELS,
    ...(network === undefined ? {} : { [NETWORK_LABEL]: String(network) }),
  };
  return {
    apiVersion: 'k8s.cni.cncf.io/v1',
    kind: 'NetworkAttachmentDefinition',
    metadata: { name, namespace, labels },
    ...(attachment.ipam === 'eni-prefix'
      ? {}
      : { spec: { config: JSON.stringify(cniConfig(attachment)) } }),
  };
}

/** The CNI version is the lab's; every ipvlan and host-local plugin of the last years knows it. */
const CNI_VERSION = '0.3.0';

function cniConfig(attachment: Attachment) {
  const { master, mode, mtu } = attachment;
  return {
    cniVersion: CNI_VERSION,
    type: 'ipvlan',
    master,
    mode,
    ...(mtu === undefined ? {} : { mtu }),
    // The address of each pod comes from its annotation: {"name": …, "ips": ["10.0.4.70/24"]}.
    ...(attachment.ipam === 'static' ? { capabilities: { ips: true } } : {}),
    ipam: { type: attachment.ipam, ...addresses(attachment) },
  };
}

function addresses({ subnet, range, gateway, routes }: Attachment) {
  return {
    ...(subnet === undefined ? {} : { subnet }),
    ...(range === undefined ? {} : { rangeStart: range.first, rangeEnd: range.last }),
    ...(gateway === undefined ? {} : { gateway }),
    ...(routes.length === 0 ? {} : { routes }),
  };
}
