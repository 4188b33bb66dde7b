import type { KubernetesObject } from '@kubernetes/client-node';
import { OUR_LABELS } from '../kubernetes/apply.ts';
import type { AddressRange } from './address-span.ts';
import { cniConfig } from './cni-config.ts';
import type { ResolvedSpec } from './resolve-spec.ts';

/** A network that pods can attach to: its Kubernetes object, and what that says. */
export interface Attachment {
  readonly name: string;
  readonly namespace: string;
  /** 1, 2, …, when it is one of the environment's networks. */
  readonly network: number | undefined;
  /** The CNI plugin that makes the interface; undefined when each node has a configuration of its own. */
  readonly type: string | undefined;
  readonly mode: string | undefined;
  /** The interface of the nodes that it uses. */
  readonly master: string | undefined;
  /** A bridge on each node, or a resource of a device plugin, in place of an interface. */
  readonly bridge: string | undefined;
  readonly resourceName: string | undefined;
  /** `none` when pods get no address. */
  readonly ipam: string;
  /** What its IPAM counts through, by itself. */
  readonly pools: readonly Pool[];
  readonly exclude: readonly string[];
  readonly routes: readonly Route[];
  readonly otherZones: boolean;
  readonly chained: readonly string[];
  readonly podsPerNode: number | undefined;
  readonly definition: NetworkAttachmentDefinition;
}

/** Addresses in dotted form, as they were written. */
export interface Pool {
  readonly subnet: string;
  /** Undefined is all of the subnet. */
  readonly range: AddressRange | undefined;
  readonly gateway: string | undefined;
}

export interface Route {
  readonly dst: string;
  readonly gw?: string | undefined;
}

export interface NetworkAttachmentDefinition extends KubernetesObject {
  readonly apiVersion: 'k8s.cni.cncf.io/v1';
  readonly kind: 'NetworkAttachmentDefinition';
  readonly spec?: { readonly config?: string };
}

/** Tells which of the environment's networks a definition belongs to. */
export const NETWORK_LABEL = 'eks-multus-actions/network';
/** Multus gives the pod a device of this resource: https://github.com/k8snetworkplumbingwg/multus-cni */
export const RESOURCE_ANNOTATION = 'k8s.v1.cni.cncf.io/resourceName';

/** The Kubernetes object of a network in short form. Pure. */
export function toDefinition(spec: ResolvedSpec): NetworkAttachmentDefinition {
  const { name, namespace, network } = spec;
  const resource = spec['resource-name'];
  const labels = {
    ...OUR_LABELS,
    ...(network === undefined ? {} : { [NETWORK_LABEL]: String(network) }),
  };
  const annotations = resource === undefined ? {} : { [RESOURCE_ANNOTATION]: resource };
  return {
    apiVersion: 'k8s.cni.cncf.io/v1',
    kind: 'NetworkAttachmentDefinition',
    metadata: { name, namespace, labels, ...(resource === undefined ? {} : { annotations }) },
    spec: { config: JSON.stringify(cniConfig(spec)) },
  };
}
