import type { NetworkInterface } from '../../../src/aws/network-interfaces.ts';

/** A network interface of node i-1, eth1, with whatever a test is about. */
export function networkInterface(changes: Partial<NetworkInterface> = {}): NetworkInterface {
  return {
    id: 'eni-1',
    instanceId: 'i-1',
    deviceIndex: 1,
    subnetId: 'subnet-10',
    zone: 'a',
    macAddress: '02:00:00:00:00:01',
    primary: '10.0.4.20',
    secondaries: [],
    prefixes: [],
    ipv6Addresses: [],
    ipv6Prefixes: [],
    sourceDestCheck: false,
    securityGroupIds: ['sg-1'],
    status: 'in-use',
    description: '',
    tags: {},
    attachedTo: 'i-1',
    ...changes,
  };
}

/** A network interface that is attached to nothing: what a node may leave behind. */
export function detachedInterface(changes: Partial<NetworkInterface> = {}): NetworkInterface {
  return networkInterface({
    instanceId: undefined,
    deviceIndex: undefined,
    attachedTo: undefined,
    status: 'available',
    securityGroupIds: [],
    ...changes,
  });
}
