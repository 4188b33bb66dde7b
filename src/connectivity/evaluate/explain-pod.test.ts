import { expect, it } from 'vitest';
import type { Cause } from './check.ts';
import { explainNotReady } from './explain-pod.ts';

/** What events say of sandboxes that cannot be made, without the ids that containerd and Multus add. */
it.each<[Cause, string]>([
  [
    'wrong-master',
    'error adding container to network "n": failed to lookup master "eth7": Link not found',
  ],
  [
    'no-free-address',
    'eni-prefix: prefix exhausted: pods have all addresses of 10.0.4.32/28 on eth1',
  ],
  ['no-free-address', 'failed to allocate for range 0: no IP addresses available in range set'],
  ['network-changed', 'cannot find a network-attachment-definition (n) in namespace (default)'],
  [
    'kernel-unsupported',
    'error adding container to network "n": failed to create ipvlan: operation not supported',
  ],
  [
    'kernel-unsupported',
    'plugin type="multus-shim" failed (add): open /proc/sys/net/mptcp/enabled: no such file or directory',
  ],
  [
    'multus-down',
    'plugin type="multus-shim" failed (add): dial unix /run/multus/multus.sock: no such file',
  ],
  ['node-pressure', 'failed to write /run/cni/multus/10.0.4.40: no space left on device'],
  ['pod-network-setup', 'FailedCreatePodSandBox: something else'],
  ['image', 'ErrImagePull: not found'],
  ['scheduling', 'FailedScheduling: 0/2 nodes are available: insufficient memory'],
  ['pod-state', 'Pending'],
])('%s: %s', (cause, text) => {
  expect(explainNotReady(text).cause).toBe(cause);
});
