import { describe, expect, it } from 'vitest';
import {
  garbageCollection,
  goEnvironment,
  installArguments,
  linkerFlags,
  listArguments,
  moduleKey,
  readGoMod,
} from './go-modules.ts';
import { goProgress } from './go-tools.ts';
import { goModules } from './tool-sets.ts';

describe('goEnvironment', () => {
  const env = goEnvironment('/cache', { HOME: '/home/kim', GOFLAGS: '-mod=mod', PATH: '/bin' });

  it('keeps everything that Go writes in the cache folder', () => {
    for (const name of ['GOPATH', 'GOMODCACHE', 'GOCACHE', 'XDG_CONFIG_HOME']) {
      expect(env[name]).toMatch(/^\/cache\//);
    }
  });

  it("still reads the user's Go settings, but not flags that could change the build", () => {
    expect(env['GOENV']).toBe('/home/kim/.config/go/env');
    expect(env['GOFLAGS']).toContain('-mod=readonly');
    expect(env['PATH']).toBe('/bin');
  });
});

describe('garbageCollection', () => {
  const gibibyte = 1024 ** 3;

  it('is put off up to a limit, also on a machine that is sold with 8 GB', () => {
    const little = { GOGC: 'off', GOMEMLIMIT: '3GiB' };
    expect(garbageCollection(64 * gibibyte)).toEqual(little);
    expect(garbageCollection(7.6 * gibibyte)).toEqual(little);
  });

  it('stays as it is on a smaller machine', () => {
    expect(garbageCollection(4 * gibibyte)).toEqual({});
  });
});

describe('linkerFlags', () => {
  it('tell Kubernetes programs the version of the module', async () => {
    const version = /k8s.io\/kubernetes (v\S+)/.exec(await readGoMod('kubernetes'))?.[1];
    const flags = linkerFlags(await readGoMod('kubernetes'));
    expect(flags).toContain(`-X k8s.io/component-base/version.gitVersion=${version}`);
    expect(flags).toContain('-X k8s.io/component-base/version.gitMinor=34');
  });

  it('tell Multus its version, which the name of its container image claims', async () => {
    expect(linkerFlags(await readGoMod('multus'))).toMatch(/pkg\/multus\.version=v4\.1\.4$/);
    expect(linkerFlags(await readGoMod('multus-thin'))).toMatch(/\.version=v4\.2\.4$/);
  });

  it('only strip other programs', async () => {
    expect(linkerFlags(await readGoMod('act'))).toBe('-s -w');
  });
});

describe('compiler flags', () => {
  it.each(goModules)('leave debugging tables out everywhere: %s', async (module) => {
    const words = installArguments(await readGoMod(module));
    const flags = words.filter((word) => word.startsWith('-gcflags='));
    expect(flags[0]).toBe('-gcflags=all=-dwarf=false');
    for (const one of flags) expect(one).toContain('-dwarf=false');
  });

  it('do not optimise the SDK for EC2, which only the authenticator of the control plane has', async () => {
    expect(installArguments(await readGoMod('kubernetes'))).toContain(
      '-gcflags=github.com/aws/aws-sdk-go-v2/service/ec2=-dwarf=false -N -l',
    );
    expect(installArguments(await readGoMod('act')).join()).not.toContain('ec2');
  });
});

describe('build tags', () => {
  const tagsOf = (words: readonly string[]) => words.filter((word) => word.startsWith('-tags'));

  it.each(goModules)(
    'leave containers out of act, and nothing out of others: %s',
    async (module) => {
      const goMod = await readGoMod(module);
      const expected = module === 'act' ? ['-tags=WITHOUT_DOCKER'] : [];
      expect(tagsOf(installArguments(goMod))).toEqual(expected);
      expect(tagsOf(listArguments(goMod))).toEqual(expected);
    },
  );
});

describe('moduleKey', () => {
  const files = { mod: 'module m\n', sum: '' };

  it('changes with the module and with the minor version of Go, not with its patch version', () => {
    const key = moduleKey(files, 'go1.26.1');
    expect(moduleKey(files, 'go1.26.8')).toBe(key);
    expect(moduleKey(files, 'go1.27.0')).not.toBe(key);
    expect(moduleKey({ ...files, sum: 'x' }, 'go1.26.1')).not.toBe(key);
  });
});

describe('the Go modules', () => {
  it.each(goModules)('%s names its programs', async (module) => {
    const goMod = await readGoMod(module);
    expect(goMod).toContain(`module rehearsal/tools/${module}\n`);
    expect(goMod).toMatch(/^tool /m);
  });
});

describe('goProgress', () => {
  it('counts packages and tells downloads from them', () => {
    const notes: string[] = [];
    const follow = goProgress((text) => notes.push(text));
    follow('go: downloading k8s.io/api v0.34.4', 0);
    follow('k8s.io/api/core/v1', 9);
    follow('go: finding nothing', 9);
    follow('k8s.io/api/apps/v1', 9);
    expect(notes).toEqual([
      'downloading k8s.io/api v0.34.4',
      'compiling k8s.io/api/core/v1, package 1 of at most 9',
      'compiling k8s.io/api/apps/v1, package 2 of at most 9',
    ]);
  });
});
