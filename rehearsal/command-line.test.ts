import { expect, it } from 'vitest';
import { parseCommand } from './command-line.ts';

it('rehearses everything when nothing is asked', () => {
  expect(parseCommand([])).toEqual({ name: 'rehearse', keep: false, nodes: 2 });
});

it('reads options', () => {
  expect(parseCommand(['--keep', '--nodes', '3'])).toEqual({
    name: 'rehearse',
    keep: true,
    nodes: 3,
  });
  expect(parseCommand(['up', '--nodes=1'])).toEqual({ name: 'up', nodes: 1 });
});

it('hands everything after kubectl to kubectl, options too', () => {
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
])('refuses %j', (argv, message) => {
  expect(() => parseCommand(argv)).toThrow(message);
});
