import { describe, expect, it } from 'vitest';
import { parseAddresses, parseRoutes } from './probe-output.ts';

const WANTED = [
  { interface: 'lo', address: '127.0.0.1', prefix: 8 },
  { interface: 'eth0', address: '10.0.2.30', prefix: 32 },
  { interface: 'net1', address: '10.0.4.70', prefix: 24 },
  { interface: 'net1', address: 'fe80::1', prefix: 64 },
];

describe('parseAddresses', () => {
  it('reads one line for each address', () => {
    const text = `
1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
3: eth0    inet 10.0.2.30/32 scope global eth0\\       valid_lft forever preferred_lft forever
4: net1    inet 10.0.4.70/24 brd 10.0.4.255 scope global net1\\       valid_lft forever preferred_lft forever
4: net1    inet6 fe80::1/64 scope link \\       valid_lft forever preferred_lft forever`;
    expect(parseAddresses(text)).toEqual(WANTED);
  });

  it('reads blocks, with the other end of a veth and an address without its prefix length', () => {
    const text = `
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
3: eth0@if12: <BROADCAST,MULTICAST,UP,LOWER_UP,M-DOWN> mtu 9001 qdisc noqueue
    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff
    inet 10.0.2.30 scope global eth0
4: net1@if3: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 9001 qdisc noqueue
    inet 10.0.4.70/24 brd 10.0.4.255 scope global net1
    inet6 fe80::1/64 scope link`;
    expect(parseAddresses(text)).toEqual(WANTED);
  });

  it('finds nothing in the output of a shell without ip', () => {
    expect(parseAddresses('/bin/sh: 1: ip: not found\n inet 1.2.3.4/5')).toEqual([]);
  });
});

it('parseRoutes reads networks, the default and host routes', () => {
  const text = `default via 169.254.1.1 dev eth0
10.0.4.0/24 dev net1 scope link  src 10.0.4.70
169.254.1.1 dev eth0 scope link
2001:db8::1 dev net1 metric 256
unreachable 10.0.9.0/24
`;
  expect(parseRoutes(text)).toEqual([
    { destination: 'default', interface: 'eth0' },
    { destination: '10.0.4.0/24', interface: 'net1', source: '10.0.4.70' },
    { destination: '169.254.1.1/32', interface: 'eth0' },
    { destination: '2001:db8::1/128', interface: 'net1' },
  ]);
});
