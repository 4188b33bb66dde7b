import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { debianKernel } from '../../dev/stand-ins/instance/kernel/kernel.ts';
import { CHECKOUT } from '../../dev/tools/checkout.ts';
import { ensureTools } from '../../dev/tools/install/tools.ts';
import { run } from '../../dev/tools/process.ts';
import { consoleProgress } from '../../dev/tools/progress.ts';

const APART = ['--net', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child=SIGKILL'];

let folder: string;
let kernel: string;
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

const PODS_ASKED = ['i-complete/pods.log', /that is all/] as const;
const REBOOTED = ['i-complete.console.log', /kubelet started[\s\S]*kubelet started/] as const;
const UNGUARDED_ASKED = ['i-unguarded/pods.log', /that is all/] as const;

/** What would answer pods without the guard. A pod in ipvlan mode l3 gets no answer from its own node, but is heard. */
const UNGUARDED = {
  veth: 'kubelet node other-kubelet',
  'ipvlan-l3': 'imds node peer',
  'ipvlan-l3s': 'imds node peer',
  'ipvlan-l2': 'imds peer',
  // The VPC delivers nothing to a pod's own MAC address, but the metadata service hears it.
  macvlan: '',
  'host-device': 'imds peer',
  'ipvlan-l2-later': 'imds peer',
};

/** What answered a pod of each kind, on a machine. */
function answersTo(machine: string): Readonly<Record<string, string>> {
  const lines = said(`${machine}/pods.log`).split('\n');
  const answers = lines
    .map((line) => /^(\S+) 10\.\S+ *(.*?) *$/.exec(line))
    .filter((one) => one !== null);
  return Object.fromEntries(answers.map(([, kind, answered]) => [kind, answered]));
}

/** The address of a machine's pod of this kind. */
function addressOf(machine: string, kind: string): string {
  return new RegExp(`^${kind} (\\S+)`, 'm').exec(said(`${machine}/pods.log`))?.[1] ?? 'none';
}

async function untilAllSaid(): Promise<void> {
  for (const [file, words] of [
    KUBELET,
    NO_KUBELET,
    NO_NETWORK,
    PODS_ASKED,
    UNGUARDED_ASKED,
    REBOOTED,
  ]) {
    while (!existsSync(join(folder, file)) || !words.test(said(file))) await sleep(50);
  }
}

describe.skipIf(process.getuid?.() !== 0)(
  'machines that boot with the template’s user data',
  () => {
    beforeAll(async () => {
      const tools = await ensureTools(['node'], consoleProgress());
      const { ami } = tools;
      kernel = tools.kernel;
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

    it('have a kubelet that would end its pods before the system goes down', () => {
      // It needs systemd-logind to hear of that, which these machines lack.
      expect(said('i-complete/kubelet.log')).toContain(
        'shutdownGracePeriodRequested="2m30s" shutdownGracePeriodCriticalPods="30s"',
      );
    });

    it('boot without the minute in which nodeadm waits for links, the first time and again', () => {
      const waited = said('i-complete.console.log').match(/nodeadm: .*/g);
      expect(waited).toEqual(Array(2).fill('nodeadm: the links are as noted'));
    });

    it('name and guard their links again after a reboot', () => {
      const named = said('i-complete/cloud-init-output.log').match(/eth2 10\.0\.6\.10 /g);
      expect(named).toHaveLength(2);
      expect(said('after-reboot.json')).toBe('false');
    });

    it('have no network for pods as long as Multus does not run, though the VPC CNI does', () => {
      expect(said(NO_NETWORK[0])).toMatch(NO_NETWORK[1]);
    });

    it('answer no pod: neither their metadata, nor their kubelets, though networks work', () => {
      expect(answersTo('i-complete')).toEqual({
        veth: '',
        'ipvlan-l3': 'peer',
        'ipvlan-l3s': 'peer',
        'ipvlan-l2': 'peer',
        macvlan: '',
        'host-device': 'peer',
        'ipvlan-l2-later': 'peer',
      });
      // Debian's kernel has no egress hook for nftables; there, tc does it.
      if (kernel !== debianKernel.program) {
        expect(said('i-complete/pods.log')).toContain('guarded by nftables');
      }
      const asked = said('asked.json');
      expect(asked).toContain(`"${addressOf('i-complete', 'veth')}"`);
      const kinds = Object.keys(answersTo('i-complete')).filter((kind) => kind !== 'veth');
      for (const kind of kinds) expect(asked).not.toContain(`"${addressOf('i-complete', kind)}"`);
      expect(JSON.parse(said('kubelets.json'))).toMatchObject({ 'i-complete': false });
    });

    it('give pods on ipvlan an IPv6 address beside that of IPv4, by which they reach each other', () => {
      const pods = said('i-complete/pods.log');
      expect(pods).toMatch(
        /^addresses of both-1: 10\.0\.4\.\d+\/24 2600:1f13:1:a00:1234::10\/64$/m,
      );
      expect(pods).toMatch(
        /^addresses of both-2: 10\.0\.4\.\d+\/24 2600:1f13:1:a00:1234::11\/64$/m,
      );
      expect(pods).toContain('both-1 reaches both-2 by IPv6');
      expect(pods).toContain('eth1 has no IPv6');
    });

    it('would answer pods on Multus interfaces without the guard', () => {
      expect(answersTo('i-unguarded')).toEqual(UNGUARDED);
      const kinds = Object.keys(UNGUARDED);
      for (const kind of kinds) {
        expect(said('asked.json')).toContain(`"${addressOf('i-unguarded', kind)}"`);
      }
      expect(JSON.parse(said('kubelets.json'))).toMatchObject({ 'i-unguarded': true });
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
