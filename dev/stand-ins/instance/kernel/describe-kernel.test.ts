import { describe, expect, it } from 'vitest';
import { faultIn, sentence } from './describe-kernel.ts';

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

describe('what keeps a kernel from running programs', () => {
  const end = (code: string) =>
    `Kernel panic - not syncing: Attempted to kill init! exitcode=${code}`;

  it('is nothing when its only process succeeds', () => {
    const mounted = 'VFS: Mounted root (hostfs filesystem) readonly on device 0:14.';
    expect(faultIn([mounted, end('0x00000000'), 'CPU: 0 PID: 1 Comm: true'])).toBeUndefined();
  });

  it('is what it says before that process dies', () => {
    // Recorded: Debian's 6.1.176 on a processor with AMX.
    const said = 'userspace - ptrace set fp regs failed, errno = 14';
    expect(faultIn(['Run /bin/true as init process', said, '', end('0x0000000b')])).toBe(said);
  });

  it('is the panic itself when it gets no further than its disk, or its last word', () => {
    const panic = 'Kernel panic - not syncing: VFS: Unable to mount root fs on "/dev/root"';
    expect(faultIn(['List of all partitions:', panic])).toBe(panic);
    expect(
      faultIn(['Checking ptrace new tags for syscall emulation...', 'cannot map memory']),
    ).toBe('cannot map memory');
    expect(faultIn([])).toBe('it says nothing');
  });
});
