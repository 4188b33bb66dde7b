import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { freePorts } from './loopback.ts';

it('free ports differ, and the kernel assigns none of them to a connection meanwhile', async () => {
  const [first] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split('\t');
  const ports = await freePorts(50);
  expect(new Set(ports).size).toBe(50);
  expect(Math.max(...ports)).toBeLessThan(Number(first));
});
