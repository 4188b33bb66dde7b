/**
 * Networks as people write them: what is given (YAML of the input `networks`), and what comes of it in the lab's
 * environment, either the networks in a few words or the problem in words.
 */
export type NetworkInput = readonly [name: string, yaml: string, outcome: string | RegExp];

/** Of a network whose addresses each node books by itself. */
export const hostLocal = 'network: 1, ipam: host-local';
/** A definition with this configuration, as one writes it for `raw`. */
export const nad = (name: string, config: string) =>
  `{ apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: { name: ${name} }, spec: { config: '${config}' } }`;
