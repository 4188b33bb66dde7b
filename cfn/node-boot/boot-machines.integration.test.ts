import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../rehearsal/process.ts';
import { consoleProgress } from '../../rehearsal/progress.ts';
import { ensureTools } from '../../rehearsal/tools/tools.ts';

/** For containerd to notice the files. */
const SECONDS = 3;
const APART = ['--net', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child=SIGKILL'];

let folder: string;
const said = (file: string) => readFileSync(join(folder, file), 'utf8');

describe.skipIf(process.getuid?.() !== 0)(
  'machines that boot with the template’s user data',
  () => {
    beforeAll(async () => {
      const { kernel, ami } = await ensureTools(['node'], consoleProgress());
      folder = mkdtempSync(join(tmpdir(), 'boot-machines-'));
      const program = join(import.meta.dirname, 'boot-machines.ts');
      const words = [process.execPath, program, folder, kernel, ami, String(SECONDS)];
      await run('unshare', [...APART, ...words]);
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it('start their kubelet when they have their networks', () => {
      expect(said('i-complete/cloud-init-output.log')).toMatch(
        /eth1 10\.0\.4\.10 .*\n.*eth2 10\.0\.6\.10 /,
      );
      expect(said('i-complete.console.log')).toContain('kubelet started');
    });

    it('have no network for pods as long as Multus does not run, though the VPC CNI does', () => {
      expect(said('i-complete/containerd.log')).toMatch(
        /failed to (re)?load cni .*failed to load CNI config file \/etc\/cni\/net\.d\/00-multus\.conf/,
      );
    });

    it('do not start it without, and say why on the console', () => {
      expect(said('i-lacking.console.log')).toMatch(
        /multus-interfaces: after \d+ s there is no interface for device 2/,
      );
      expect(said('i-lacking.console.log')).toContain('kubelet: no /run/multus-interfaces.ready');
      expect(existsSync(join(folder, 'i-lacking/kubelet.log'))).toBe(false);
    });
  },
);
