import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installPlugin } from '../../dev/testing/node-boot/installed-plugin.ts';
import { ensureTools } from '../../dev/tools/install/tools.ts';
import { run } from '../../dev/tools/process.ts';
import { consoleProgress } from '../../dev/tools/progress.ts';

/**
 * cnitool is the CNI project's own small runtime. It notes attachments in /var/lib/cni, for which each test has a
 * file system of its own.
 */
const PRIVATE = ['--mount', 'sh', '-c', 'mount -t tmpfs tmpfs /var/lib && eval "$0"'];

let folder: string;
let env: NodeJS.ProcessEnv;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cnitool-'));
  mkdirSync(join(folder, 'etc/cni/multus/eni-prefix'), { recursive: true });
  mkdirSync(join(folder, 'networks'));
  const subnet = { subnet: '10.0.4.0/24', gateway: '10.0.4.1', zoneCidrs: [] };
  const file = JSON.stringify({ ...subnet, prefixes: ['10.0.4.128/28'] });
  writeFileSync(join(folder, 'etc/cni/multus/eni-prefix/eth1.json'), file);
  await installPlugin(folder);
  const { bin } = await ensureTools(['cni'], consoleProgress());
  env = {
    PATH: `${bin}:${process.env['PATH']}`,
    CNI_PATH: join(folder, 'opt/cni/bin'),
    NETCONFPATH: join(folder, 'networks'),
  };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function writeNetwork(name: string, cniVersion: string): void {
  const plugins = [{ type: 'eni-prefix', master: 'eth1', ipam: { type: 'eni-prefix' } }];
  const network = JSON.stringify({ cniVersion, name, plugins });
  writeFileSync(join(folder, 'networks', `${name}.conflist`), network);
}

/** Runs shell commands, one after the other, and resolves with each command and its exit code. */
async function exitCodes(commands: readonly string[]): Promise<readonly string[]> {
  const script = commands
    .map((command) => `${command} >/dev/null 2>&1; echo "${command}: $?"`)
    .join('\n');
  return (await run('unshare', [...PRIVATE, script], { env })).trim().split('\n');
}

/** The addresses that host-local has given away. */
function usedAddresses(): readonly string[] {
  const files = readdirSync(join(folder, 'run/cni/multus/eni-prefix-eth1'));
  return files.filter((name) => /^\d/.test(name)).sort();
}

describe.skipIf(process.getuid?.() !== 0)('cnitool gets the right answers from eni-prefix', () => {
  it.each(['0.3.1', '0.4.0', '1.0.0', '1.1.0'])('with CNI %s', async (cniVersion) => {
    writeNetwork('one', cniVersion);
    // CHECK is part of CNI since 0.4.0.
    const check = cniVersion === '0.3.1' ? [] : ['cnitool check one /run/netns/b'];
    const wanted = [
      'cnitool status one /',
      'cnitool add one /run/netns/a',
      'cnitool add one /run/netns/b',
      ...check,
      'cnitool del one /run/netns/a',
      'cnitool del one /run/netns/a',
      'cnitool gc one /',
    ];
    expect(await exitCodes(wanted)).toEqual(wanted.map((command) => `${command}: 0`));
    expect(usedAddresses()).toEqual([]);
  });

  it('when the runtime has lost what it noted, without harm to another network', async () => {
    writeNetwork('one', '1.1.0');
    writeNetwork('two', '1.1.0');
    const wanted = [
      'cnitool add one /run/netns/a',
      'cnitool add two /run/netns/b',
      'rm -r /var/lib/cni',
      'cnitool gc one /',
    ];
    expect(await exitCodes(wanted)).toEqual(wanted.map((command) => `${command}: 0`));
    expect(usedAddresses()).toEqual(['10.0.4.129']);
  });

  it('when the prefix is used up', async () => {
    writeNetwork('one', '1.1.0');
    const pods = Array.from({ length: 16 }, (_, pod) => `cnitool add one /run/netns/${pod}`);
    const codes = await exitCodes([
      ...pods,
      'cnitool status one /',
      'cnitool add one /run/netns/16',
      'cnitool del one /run/netns/3',
      'cnitool status one /',
    ]);
    expect(codes.slice(16).map((line) => line.at(-1))).toEqual(['1', '1', '0', '0']);
  });
});
