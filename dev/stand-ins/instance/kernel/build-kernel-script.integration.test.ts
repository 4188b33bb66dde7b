import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { ensurePrerequisites } from '../../../tools/install/apt.ts';
import { run } from '../../../tools/process.ts';
import { consoleProgress } from '../../../tools/progress.ts';

const script = join(import.meta.dirname, 'build-kernel.sh');

/** A makefile with the targets of a kernel source. Its kernel is `true`, and it compiles unless CONFIG_BROKEN is set. */
const MAKEFILE = `allnoconfig:
	grep -v MISSING $(KCONFIG_ALLCONFIG) >.config
linux:
	! grep BROKEN .config
	cp /bin/true linux
	echo kernel/net/veth.ko >modules.builtin
	printf 'veth.license=GPL\\0' >modules.builtin.modinfo
kernelrelease:
	@echo 7.3.4
`;

let folder = '';
beforeAll(() => ensurePrerequisites(['node'], consoleProgress()));
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'build-kernel-'));
  mkdirSync(join(folder, 'linux-source-7.3'));
  writeFileSync(join(folder, 'linux-source-7.3', 'Makefile'), MAKEFILE);
  const sources = join(folder, 'package', 'usr', 'src');
  mkdirSync(sources, { recursive: true });
  await run('tar', [
    '-cJf',
    join(sources, 'linux-source-7.3.tar.xz'),
    '-C',
    folder,
    'linux-source-7.3',
  ]);
  mkdirSync(join(folder, 'package', 'DEBIAN'));
  writeFileSync(
    join(folder, 'package', 'DEBIAN', 'control'),
    'Package: linux-source-7.3\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b.example>\nDescription: x\n',
  );
  await run('dpkg-deb', ['--build', join(folder, 'package'), join(folder, 'source.deb')]);
});
afterEach(() => rmSync(folder, { recursive: true }));

async function build(config: string): Promise<string> {
  writeFileSync(join(folder, 'config'), config);
  const output = join(folder, 'output');
  mkdirSync(output);
  await run('bash', [script, output, join(folder, 'source.deb'), join(folder, 'config')]);
  return output;
}

it('makes a kernel, and modules of which modprobe knows that they are built in', async () => {
  const output = await build('# comment\nCONFIG_VETH=y\n');
  expect(readdirSync(output).sort()).toEqual(['linux', 'modules']);
  await run(join(output, 'linux'), []);
  const modules = join(output, 'modules', '7.3.4');
  expect(readFileSync(join(modules, 'modules.builtin'), 'utf8')).toContain('veth');
  expect(existsSync(join(modules, 'modules.dep'))).toBe(true);
});

it('says which option the source does not know', async () => {
  const output = await build('CONFIG_VETH=y\nCONFIG_MISSING=y\n');
  expect(readdirSync(output)).toEqual(['failure.log']);
  expect(readFileSync(join(output, 'failure.log'), 'utf8')).toMatch(
    /cannot have CONFIG_MISSING=y\n$/,
  );
});

it('keeps the output of a compilation that fails', async () => {
  const output = await build('CONFIG_BROKEN=y\n');
  expect(readdirSync(output)).toEqual(['failure.log']);
  const log = readFileSync(join(output, 'failure.log'), 'utf8');
  expect(log).toMatch(/Error 1(.|\n)*cannot compile the kernel\n$/);
});
