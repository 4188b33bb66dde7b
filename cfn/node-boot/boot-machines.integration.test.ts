import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHECKOUT } from '../../dev/tools/checkout.ts';
import { ensureTools } from '../../dev/tools/install/tools.ts';
import { run } from '../../dev/tools/process.ts';
import { consoleProgress } from '../../dev/tools/progress.ts';

const APART = ['--net', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child=SIGKILL'];

let folder: string;
const said = (file: string) => readFileSync(join(folder, file), 'utf8');

/** What machines say at the end, by file. */
const KUBELET = ['i-complete.console.log', /kubelet started/] as const;
const NO_KUBELET = [
  'i-lacking.console.log',
  /kubelet: no \/run\/multus-interfaces\.ready/,
] as const;
const NO_NETWORK = [
  'i-complete/containerd.log',
  /failed to (re)?load cni .*failed to load CNI config file \/etc\/cni\/net\.d\/00-multus\.conf/,
] as const;

async function untilAllSaid(): Promise<void> {
  for (const [file, words] of [KUBELET, NO_KUBELET, NO_NETWORK]) {
    while (!existsSync(join(folder, file)) || !words.test(said(file))) await sleep(50);
  }
}

describe.skipIf(process.getuid?.() !== 0)(
  'machines that boot with the template’s user data',
  () => {
    beforeAll(async () => {
      const { kernel, ami } = await ensureTools(['node'], consoleProgress());
      folder = mkdtempSync(join(tmpdir(), 'boot-machines-'));
      const program = join(CHECKOUT, 'dev/testing/node-boot/boot-machines.ts');
      const machines = run('unshare', [...APART, process.execPath, program, folder, kernel, ami]);
      await Promise.race([machines, untilAllSaid()]);
      writeFileSync(join(folder, 'enough'), '');
      await machines;
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it('start their kubelet when they have their networks', () => {
      expect(said('i-complete/cloud-init-output.log')).toMatch(
        /eth1 10\.0\.4\.10 .*\n.*eth2 10\.0\.6\.10 /,
      );
      expect(said(KUBELET[0])).toMatch(KUBELET[1]);
    });

    it('have no network for pods as long as Multus does not run, though the VPC CNI does', () => {
      expect(said(NO_NETWORK[0])).toMatch(NO_NETWORK[1]);
    });

    it('do not start it without their networks, and say why on the console', () => {
      expect(said('i-lacking.console.log')).toMatch(
        /multus-interfaces: after \d+ s there is no interface for device 2/,
      );
      expect(said(NO_KUBELET[0])).toMatch(NO_KUBELET[1]);
      expect(existsSync(join(folder, 'i-lacking/kubelet.log'))).toBe(false);
    });
  },
);
