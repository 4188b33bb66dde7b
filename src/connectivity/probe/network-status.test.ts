import { expect, it } from 'vitest';
import { parseNetworkStatus } from './probe-output.ts';

it('reads what Multus writes', () => {
  const annotation = `[{
    "name": "aws-cni", "interface": "eth0", "ips": ["10.0.2.30"], "mac": "02:00:00:00:00:01", "default": true, "dns": {}
  },{
    "name": "default/ipvlan-conf-1", "interface": "net1", "ips": ["10.0.4.70"], "dns": {}
  },{
    "name": "default/no-ipam", "interface": "net2", "dns": {}
  }]`;
  expect(parseNetworkStatus(annotation)).toEqual([
    { network: 'aws-cni', interface: 'eth0', addresses: ['10.0.2.30'] },
    { network: 'default/ipvlan-conf-1', interface: 'net1', addresses: ['10.0.4.70'] },
    { network: 'default/no-ipam', interface: 'net2', addresses: [] },
  ]);
});

it('gives undefined for an annotation that is missing or not a list', () => {
  expect(parseNetworkStatus(undefined)).toBeUndefined();
  expect(parseNetworkStatus('{')).toBeUndefined();
  expect(parseNetworkStatus('{"name":"x"}')).toBeUndefined();
});
