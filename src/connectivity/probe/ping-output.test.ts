import { expect, it } from 'vitest';
import { parsePing } from './probe-output.ts';

const read = (output: string) => parsePing('net1', '10.0.4.71', output);

it.each([
  [
    'BusyBox',
    '--- 10.0.4.71 ping statistics --- 3 packets transmitted, 3 packets received, 0% packet loss round-trip min/avg/max = 0.053/0.111/0.227 ms',
  ],
  [
    'iputils',
    '--- 10.0.4.71 ping statistics ---\n3 packets transmitted, 3 received, 0% packet loss, time 402ms\nrtt min/avg/max/mdev = 0.053/0.111/0.227/0.020 ms',
  ],
])('reads answers as %s prints them', (_, output) => {
  const milliseconds = { min: 0.053, avg: 0.111, max: 0.227 };
  expect(read(output)).toEqual({
    interface: 'net1',
    address: '10.0.4.71',
    sent: 3,
    received: 3,
    milliseconds,
  });
});

it.each([
  ['BusyBox', '3 packets transmitted, 3 packets received, 2 duplicates, 0% packet loss'],
  ['iputils', '3 packets transmitted, 3 received, +2 duplicates, 0% packet loss, time 402ms'],
])('counts answers that came twice, as %s prints them', (_, output) => {
  expect(read(output)).toMatchObject({ sent: 3, received: 3, duplicates: 2 });
});

it('reads silence, with errors counted in between', () => {
  expect(
    read('3 packets transmitted, 0 received, +3 errors, 100% packet loss, time 409ms'),
  ).toEqual({
    interface: 'net1',
    address: '10.0.4.71',
    sent: 3,
    received: 0,
  });
});

it.each([
  ['unreachable', 'PING 10.0.4.71: 56 data bytes ping: sendto: Network is unreachable'],
  ['unreachable', 'ping: connect: No route to host'],
  ['broken', 'sh: ping: not found'],
  ['broken', "ping: invalid option -- 'i'"],
  ['broken', 'ping: permission denied (are you root?)'],
  ['broken', ''],
])('distinguishes an unreachable address (%s) from a broken ping: %s', (kind, output) => {
  expect(read(output)).toMatchObject({ sent: 0, received: 0, problem: { kind } });
});
