import { expect, it } from 'vitest';
import { parseCommand } from './command-line.ts';

const lab = { fixture: 'lab', switches: {} };

it('rehearses the whole lab without arguments', () => {
  expect(parseCommand([])).toEqual({ name: 'rehearse', keep: false, ...lab, nodes: 2 });
});

it('reads options', () => {
  expect(parseCommand(['--keep', '--nodes', '3'])).toEqual({
    name: 'rehearse',
    keep: true,
    ...lab,
    nodes: 3,
  });
  expect(parseCommand(['up', '--nodes=1'])).toEqual({ name: 'up', ...lab, nodes: 1 });
});

it("uses the fixture's number of nodes by default", () => {
  expect(parseCommand(['up', '--fixture', 'two-zones'])).toMatchObject({
    name: 'up',
    fixture: 'two-zones',
    nodes: 3,
  });
  expect(parseCommand(['--fixture=two-zones', '--nodes', '4'])).toMatchObject({ nodes: 4 });
});

it("runs another project's suite in its fixture", () => {
  expect(parseCommand(['--suite', 'whereabouts'])).toMatchObject({ fixture: 'suite whereabouts' });
});

it('reads the switches of AWS', () => {
  const argv = '--latency realistic --scale 0.02 --throttle 0.2 --fail Cluster:2 --deny s3:*';
  expect(parseCommand(argv.split(' '))).toMatchObject({
    switches: {
      latency: 'realistic',
      scale: 0.02,
      throttle: 0.2,
      deny: ['s3:*'],
      failures: [{ what: 'Cluster', times: 2 }],
    },
  });
});

it('passes everything after kubectl to kubectl, including options', () => {
  expect(parseCommand(['kubectl', 'get', 'pods', '-A', '--help'])).toEqual({
    name: 'kubectl',
    args: ['get', 'pods', '-A', '--help'],
  });
});

it.each([
  [['dwon'], 'unknown command "dwon"'],
  [['up', 'now'], 'unexpected word "now"'],
  [['--nodes', '0'], '--nodes: got "0"; allowed: a whole number from 1 to 8'],
  [['--nodes', 'two'], '--nodes: got "two"'],
  [['--fast'], '--fast'],
  [['--fixture', 'moon'], '--fixture: got "moon"; allowed: lab, '],
  [['up', '--nodes', '3', '--fixture', ''], '--fixture: got ""; allowed: lab, '],
  [['--suite', 'cilium'], '--suite: got "cilium"; allowed: whereabouts, multus, '],
  [['--throttle', '20'], '--throttle: got "20"; allowed: a number from 0 to 1'],
  [['--latency', 'slow'], '--latency: got "slow"; allowed: instant or realistic'],
])('refuses %j', (argv, message) => {
  expect(() => parseCommand(argv)).toThrow(message);
});
