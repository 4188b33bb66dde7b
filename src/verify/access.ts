import type { Access } from '../kubernetes/access.ts';
import type { VerifyInputs } from './inputs.ts';

/** What verify must be allowed to do; asked before anything is created. */
export function accessNeeded(inputs: VerifyInputs): Access[] {
  const { namespace } = inputs;
  const networks = { group: 'k8s.cni.cncf.io', resource: 'network-attachment-definitions' };
  return [
    { verb: 'list', ...networks, namespace },
    { verb: 'create', resource: 'pods', namespace },
    { verb: 'deletecollection', resource: 'pods', namespace },
    // Exec over a web socket is a GET; from Kubernetes 1.35 on it takes both verbs.
    { verb: 'get', resource: 'pods', subresource: 'exec', namespace },
    { verb: 'create', resource: 'pods', subresource: 'exec', namespace },
    ...(inputs.placement === 'same-node' ? [{ verb: 'list', resource: 'nodes' }] : []),
  ];
}
