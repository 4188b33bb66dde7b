import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHECKOUT } from '../../dev/tools/checkout.ts';
import { ensureTools } from '../../dev/tools/install/tools.ts';
import { run } from '../../dev/tools/process.ts';
import { consoleProgress } from '../../dev/tools/progress.ts';

const APART = ['--net', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child=SIGKILL'];

let folder: string;
const said = (file: string) => readFileSync(join(folder, 'i-guarded', file), 'utf8');

describe.skipIf(process.getuid?.() !== 0)('a machine with the guard', () => {
  beforeAll(async () => {
    const { kernel, ami } = await ensureTools(['node'], consoleProgress());
    folder = mkdtempSync(join(tmpdir(), 'guard-machine-'));
    const program = join(CHECKOUT, 'dev/testing/node-boot/guard-machine.ts');
    await run('unshare', [...APART, process.execPath, program, folder, kernel, ami]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('lets a pod wait while Multus is not there, and start with its networks when it is back', () => {
    expect(said('guard.log').trim().split('\n').slice(0, 4)).toEqual([
      'with-multus attached',
      'meanwhile waits',
      'nothing is left of its first attempt',
      'meanwhile attached',
    ]);
  });

  it('starts a pod with eth0 alone when the guard is taken away', () => {
    expect(said('guard.log')).toContain('unguarded alone');
  });

  it('does not take the network of its node away meanwhile', () => {
    const [, later = ''] = said('kubelet.log').split(/Multus does not run on node/);
    expect(later).not.toMatch(/NetworkPluginNotReady|cni plugin not initialized/);
  });
});
