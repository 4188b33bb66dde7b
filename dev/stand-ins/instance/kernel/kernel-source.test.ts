import { describe, expect, it } from 'vitest';
import { mirrorsOf, newestSource } from './kernel-source.ts';

describe('mirrorsOf', () => {
  it('finds the mirror of the suite itself, once', () => {
    const targets = [
      'http://mirror.example/debian/ bookworm main',
      'http://mirror.example/debian/ bookworm main',
      'http://mirror.example/debian/ bookworm non-free',
      'http://mirror.example/debian/ bookworm-updates main',
      'http://mirror.example/debian-security/ bookworm-security main',
      'https://tools.example/apt stable main',
    ];
    expect(mirrorsOf(targets.join('\n'), 'bookworm')).toEqual(['http://mirror.example/debian/']);
  });

  it('finds none on a machine without package sources', () => {
    expect(mirrorsOf('', 'bookworm')).toEqual([]);
  });
});

describe('newestSource', () => {
  it('is the package that linux-source depends on', () => {
    const about =
      'Package: linux-source\nDepends: linux-source-7.3 (= 7.3.4-1~bpo13+1)\nSection: kernel\n';
    expect(newestSource(about)).toBe('linux-source-7.3');
  });

  it('says that there is none', () => {
    expect(() => newestSource('')).toThrow('trixie-backports has no kernel source');
  });
});
