import { describe, expect, it } from 'vitest';
import { sentence } from './describe-kernel.ts';

describe('what a kernel says first', () => {
  const version = 'Linux version 7.3.4 (root@host) (gcc (Debian 12.2.0-14) 12.2.0) #1 Fri Nov 27';

  it('tells whether seccomp works on this host', () => {
    const works = 'Checking that seccomp filters can be installed...OK';
    expect(sentence([works, version])).toBe('nodes run Linux 7.3.4 with seccomp');
    const fails = 'Checking that seccomp filters can be installed...missing';
    expect(sentence([fails, version])).toBe('nodes run Linux 7.3.4 with ptrace, which is slow');
  });

  it('does not mention seccomp on kernels that cannot use it', () => {
    const lines = [
      'Checking that ptrace can change system call numbers...OK',
      'Linux version 6.1.176 (b)',
    ];
    expect(sentence(lines)).toBe('nodes run Linux 6.1.176 with ptrace, which is slow');
  });

  it('is an error when it does not get that far', () => {
    expect(() => sentence(['cannot map memory'])).toThrow('does not boot:\ncannot map memory');
  });
});
