import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ensureTools } from '../../tools/install/tools.ts';
import { run } from '../../tools/process.ts';
import { consoleProgress } from '../../tools/progress.ts';

const APART = ['--net', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child=SIGKILL'];

it.skipIf(process.getuid?.() !== 0)(
  'machines and their pods answer each other by IPv6 across zones, by what EC2 assigned',
  async () => {
    const { kernel, ami } = await ensureTools(['node'], consoleProgress());
    const folder = mkdtempSync(join(tmpdir(), 'ipv6-machines-'));
    const program = join(import.meta.dirname, 'testing', 'ipv6-machines.ts');
    try {
      await run('unshare', [...APART, process.execPath, program, folder, kernel, ami]);
      for (const id of ['i-4', 'i-5']) {
        const said = readFileSync(join(folder, id, 'ipv6.log'), 'utf8').split('\n');
        expect(said, id).toEqual(
          expect.arrayContaining([
            'a default route is advertised',
            'node to node',
            'pod to pod',
            'the largest packets',
            'nothing from an address of nobody',
            'nothing to an address of nobody',
          ]),
        );
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
