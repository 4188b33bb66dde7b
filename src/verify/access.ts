import type { Access } from '../kubernetes/connection.ts';
import type { VerifyInputs } from './inputs.ts';
import { hasOwnNamespace } from './settle-layout.ts';

/** The permissions that verify needs, as far as the inputs say. They are checked before anything is created. */
export function accessNeeded(inputs: VerifyInputs): Access[] {
  const networks = { group: 'k8s.cni.cncf.io', resource: 'network-attachment-definitions' };
  // For a namespace that does not exist yet, only cluster-wide permissions count.
  const ownNamespace = hasOwnNamespace(inputs);
  const inPods = ownNamespace ? {} : { namespace: inputs.namespace };
  return [
    { verb: 'list', ...networks, namespace: inputs.namespace },
    ...(ownNamespace ? NAMESPACES : []),
    { verb: 'create', resource: 'pods', ...inPods },
    { verb: 'deletecollection', resource: 'pods', ...inPods },
    // An exec over a web socket is a GET. Kubernetes 1.35 and later require both verbs.
    { verb: 'get', resource: 'pods', subresource: 'exec', ...inPods },
    { verb: 'create', resource: 'pods', subresource: 'exec', ...inPods },
    ...(inputs.layout !== 'lab' || inputs.placement === 'same-node'
      ? [{ verb: 'list', resource: 'nodes' }]
      : []),
  ];
}

const NAMESPACES: readonly Access[] = [
  { verb: 'create', resource: 'namespaces' },
  { verb: 'delete', resource: 'namespaces' },
];
