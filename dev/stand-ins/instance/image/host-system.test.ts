import { describe, expect, it } from 'vitest';
import { hostSystem } from './host-system.ts';

describe('hostSystem', () => {
  it('uses the suite of a Debian host', () => {
    const release = 'PRETTY_NAME="Debian GNU/Linux 13"\nVERSION_CODENAME=trixie\nID=debian\n';
    expect(hostSystem(release)).toEqual({ suite: 'trixie', components: ['main'] });
  });

  it('adds universe on Ubuntu', () => {
    const release = 'ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\n';
    expect(hostSystem(release)).toEqual({ suite: 'noble', components: ['main', 'universe'] });
  });

  it('falls back to Debian 12 elsewhere', () => {
    expect(hostSystem('ID=fedora\nVERSION_CODENAME=""\n').suite).toBe('bookworm');
    expect(hostSystem('ID=mint\nVERSION_CODENAME=wilma\n').suite).toBe('bookworm');
    expect(hostSystem('').suite).toBe('bookworm');
  });
});
