import { expect, it } from 'vitest';
import { addressesOf } from './lost-addresses.ts';

it('knows the addresses of a pod in all its networks', () => {
  const noted = JSON.stringify([
    { name: 'aws-cni', ips: ['10.0.2.20'], default: true },
    { name: 'default/signalling', interface: 'net1', ips: ['10.0.4.16'] },
    { name: 'default/without-ipam', interface: 'net2' },
  ]);
  const attached = {
    metadata: { annotations: { 'k8s.v1.cni.cncf.io/network-status': noted } },
    status: { podIPs: [{ ip: '10.0.2.20' }] },
  };
  const starting = { metadata: { name: 'starting' } };
  expect([...addressesOf([attached, starting])]).toEqual(['10.0.2.20', '10.0.4.16']);
});
