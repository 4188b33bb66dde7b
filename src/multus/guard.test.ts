import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { V1ConfigMap, V1DaemonSet } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packFile } from '../core/pack-files.ts';
import { readManifest } from '../kubernetes/apply.ts';
import { hostsMultus } from './guard.ts';

const [map] = readManifest(
  readFileSync(packFile('manifests', 'multus', 'guard.yaml'), 'utf8'),
) as V1ConfigMap[];
const PROGRAM = map?.data?.['multus-guard'] ?? '';
/** What libcni makes of the file: JSON without blanks. */
const REFUSING = JSON.stringify(JSON.parse(map?.data?.['01-multus-guard.conf'] ?? ''));
const THICK = '{"cniVersion":"0.3.1","name":"multus-cni-network","type":"multus-guard"}';

let folder: string;
let daemon: Server | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guard-'));
  mkdirSync(join(folder, 'bin'));
  const own = PROGRAM.replaceAll('/run/', `${folder}/`);
  writeFileSync(join(folder, 'bin/multus-guard'), own);
  writeFileSync(join(folder, 'bin/multus-shim'), '#!/bin/sh\necho "shim $CNI_COMMAND $(cat)"\n');
  for (const name of ['multus-guard', 'multus-shim']) chmodSync(join(folder, 'bin', name), 0o755);
});
afterEach(() => {
  daemon?.close();
  daemon = undefined;
  rmSync(folder, { recursive: true });
});

async function startDaemon(): Promise<void> {
  mkdirSync(join(folder, 'multus'));
  daemon = createServer((_, answer) => answer.end());
  const listening = new Promise((resolve) => daemon?.once('listening', resolve));
  daemon.listen(join(folder, 'multus/multus.sock'));
  await listening;
}

/** Calls the program as containerd does. */
function call(command: string, config: string, container = 'c1') {
  const bin = join(folder, 'bin');
  const env = {
    CNI_COMMAND: command,
    CNI_PATH: bin,
    CNI_CONTAINERID: container,
  } as unknown as NodeJS.ProcessEnv;
  return new Promise<{ code: number | null; printed: string }>((resolve) => {
    const child = spawn(join(bin, 'multus-guard'), { env });
    let printed = '';
    child.stdout.on('data', (text) => {
      printed += text;
    });
    child.on('close', (code) => resolve({ code, printed: printed.trim() }));
    child.stdin.end(config);
  });
}

const refusal = (printed: string) => JSON.parse(printed) as { code: number; msg: string };

describe('the guard on a node', () => {
  it('refuses a pod while Multus is not there, and says that it waits', async () => {
    const { code, printed } = await call('ADD', REFUSING);
    expect(code).toBe(1);
    expect(refusal(printed)).toMatchObject({
      cniVersion: '0.3.1',
      code: 11,
      msg: expect.stringMatching(/^Multus does not run on node /),
      details: expect.stringMatching(/would start without its networks/),
    });
    // When a pod ends, go-cni takes a failure with these words for a success: https://github.com/containerd/go-cni, cni.go
    expect(PROGRAM).not.toMatch(/not found|no such file or directory/);
  });

  it('lets a pod that it has refused end, once', async () => {
    await call('ADD', REFUSING);
    expect(await call('DEL', REFUSING)).toEqual({ code: 0, printed: '' });
    expect((await call('DEL', REFUSING)).code).toBe(1);
  });

  it('lets no pod end that Multus must clean up after', async () => {
    expect(refusal((await call('DEL', REFUSING, 'older')).printed).code).toBe(11);
    expect(refusal((await call('DEL', THICK, 'older')).printed).code).toBe(11);
  });

  it('passes all else to Multus', async () => {
    expect(await call('ADD', THICK)).toEqual({ code: 0, printed: `shim ADD ${THICK}` });
    await startDaemon();
    expect(await call('DEL', THICK)).toEqual({ code: 0, printed: `shim DEL ${THICK}` });
  });

  it('does not believe a success while the daemon ended', async () => {
    await startDaemon();
    const shim = `#!/bin/sh\ncat >/dev/null\nrm ${folder}/multus/multus.sock\n`;
    writeFileSync(join(folder, 'bin/multus-shim'), shim);
    expect(refusal((await call('DEL', THICK)).printed).code).toBe(11);
  });

  it('returns what Multus returns', async () => {
    writeFileSync(join(folder, 'bin/multus-shim'), '#!/bin/sh\ncat >/dev/null\nexit 3\n');
    expect((await call('ADD', THICK)).code).toBe(3);
  });

  it('says which versions of CNI it speaks', async () => {
    const { code, printed } = await call('VERSION', REFUSING);
    expect(code).toBe(0);
    expect(JSON.parse(printed).supportedVersions).toContain('0.3.1');
  });

  it('is read before the VPC CNI’s file and after that of Multus', () => {
    const files = ['10-aws.conflist', ...Object.keys(map?.data ?? {}), '00-multus.conf'];
    expect(files.filter((name) => name.includes('.')).sort()).toEqual([
      '00-multus.conf',
      '01-multus-guard.conf',
      '10-aws.conflist',
    ]);
  });
});

describe('hostsMultus', () => {
  const manifest = readManifest(
    readFileSync(packFile('manifests', 'multus', 'daemonset.yaml'), 'utf8'),
  );
  const set = manifest.find(({ kind }) => kind === 'DaemonSet') as V1DaemonSet;
  const { nodeAffinity } = set.spec?.template.spec?.affinity ?? {};
  const [term] =
    nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const isInManifest = (labels: Record<string, string>) =>
    term?.matchExpressions?.every(
      ({ key, operator, values }) => values?.includes(labels[key] ?? '') === (operator === 'In'),
    );
  const type = (name: string) => ({ 'eks.amazonaws.com/compute-type': name });

  it.each<[what: string, labels: Record<string, string>, hosts: boolean]>([
    ['a Linux node', {}, true],
    ['a Windows node', { 'kubernetes.io/os': 'windows' }, false],
    ['a Fargate node', type('fargate'), false],
    ['a hybrid node', type('hybrid'), false],
    ['a node of Auto Mode', type('auto'), false],
  ])('says of %s what the manifest says', (_, more, hosts) => {
    const labels = { 'kubernetes.io/os': 'linux', ...more };
    expect(hostsMultus({ metadata: { labels } })).toBe(hosts);
    expect(isInManifest(labels)).toBe(hosts);
  });
});
