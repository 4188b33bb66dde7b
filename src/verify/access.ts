import type { Access } from '../kubernetes/connection.ts';
import type { VerifyInputs } from './inputs.ts';

/** What verify must be allowed to do; asked before anything is created. */
export function accessNeeded(inputs: VerifyInputs): Access[] {
  const networks = { group: 'k8s.cni.cncf.io', resource: 'network-attachment-definitions' };
  // In a namespace that does not exist yet, what counts is what is allowed everywhere.
  const inPods = inputs.ownNamespace ? {} : { namespace: inputs.namespace };
  return [
    { verb: 'list', ...networks, namespace: inputs.namespace },
    ...(inputs.ownNamespace ? NAMESPACES : []),
    { verb: 'create', resource: 'pods', ...inPods },
    { verb: 'deletecollection', resource: 'pods', ...inPods },
    // Exec over a web socket is a GET; from Kubernetes 1.35 on it takes both verbs.
    { verb: 'get', resource: 'pods', subresource: 'exec', ...inPods },
    { verb: 'create', resource: 'pods', subresource: 'exec', ...inPods },
    ...(inputs.layout === 'matrix' || inputs.placement === 'same-node'
      ? [{ verb: 'list', resource: 'nodes' }]
      : []),
  ];
}

const NAMESPACES: readonly Access[] = [
  { verb: 'create', resource: 'namespaces' },
  { verb: 'delete', resource: 'namespaces' },
];
