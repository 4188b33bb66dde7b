import { describe, expect, it } from 'vitest';
import { debianPackages, missingMessage, prerequisites, prerequisitesOf } from './prerequisites.ts';
import { isAtLeast, isStatic } from './probe.ts';
import { asRoot, sudoCaller } from './root.ts';
import { toolSets } from './tool-sets.ts';

const named = (...names: readonly string[]) =>
  prerequisites.filter(({ name }) => names.some((wanted) => name.includes(wanted)));

describe('prerequisites', () => {
  it('each say how to get them', () => {
    for (const { name, debian, remedy } of prerequisites) {
      expect(debian ?? remedy, name).toBeDefined();
    }
  });

  it('of every set include what its lock needs', () => {
    for (const set of toolSets) {
      expect(prerequisitesOf([set]).map(({ name }) => name)).toContain('flock');
    }
  });

  it('of the linters do not include the machines', () => {
    expect(debianPackages(prerequisitesOf(['lint']))).not.toContain('user-mode-linux');
  });
});

describe('missingMessage', () => {
  it('says what is missing, what for, and what to type', () => {
    const message = missingMessage(named('Go 1.21', 'mmdebstrap', 'busybox', 'unshare', 'flock'));
    expect(message).toContain('  - mmdebstrap: installs the system of the worker nodes');
    expect(message).toContain('  install Go: https://go.dev/doc/install');
    expect(message).toContain('sudo apt-get install busybox-static mmdebstrap util-linux');
  });

  it('does not mention apt when no package would help', () => {
    expect(missingMessage(named('x86-64'))).not.toContain('apt-get');
  });
});

describe('asRoot', () => {
  it('is the command itself for root, and goes through sudo without a question for others', () => {
    expect(asRoot(['apt-get', 'update'], 0)).toEqual(['apt-get', 'update']);
    expect(asRoot(['apt-get', 'update'], 1000)).toEqual(['sudo', '-n', 'apt-get', 'update']);
  });
});

describe('sudoCaller', () => {
  const env = { SUDO_UID: '1000', SUDO_GID: '100' };
  it('is who became root by sudo, and nobody otherwise', () => {
    expect(sudoCaller(env, 0)).toBe('1000:100');
    expect(sudoCaller(env, 1000)).toBeUndefined();
    expect(sudoCaller({}, 0)).toBeUndefined();
  });
});

describe('isAtLeast', () => {
  it.each([
    ['go1.26.8', 1, 21, true],
    ['go1.21', 1, 21, true],
    ['go1.19.8', 1, 21, false],
    ['3.9', 3, 10, false],
    ['4.0', 3, 10, true],
    ['', 1, 0, false],
  ])('%s against %i.%i is %s', (version, major, minor, expected) => {
    expect(isAtLeast(version, major, minor)).toBe(expected);
  });
});

describe('isStatic', () => {
  const elf = '\x7fELF';
  it('tells a program that names a loader from one that does not, and both from a script', () => {
    expect(isStatic(Buffer.from(`${elf}......`))).toBe(true);
    expect(isStatic(Buffer.from(`${elf}.../lib64/ld-linux-x86-64.so.2`))).toBe(false);
    expect(isStatic(Buffer.from('#!/bin/sh\n'))).toBe(false);
  });
});
