import { readFile } from 'node:fs/promises';
import { homedir, totalmem } from 'node:os';
import { join } from 'node:path';
import { run } from '../process.ts';
import { type Content, contentKey, fileContent, folderContent } from './content-key.ts';
import { type GoModule, testPackages } from './tool-sets.ts';

const ec2 = 'github.com/aws/aws-sdk-go-v2/service/ec2';

/**
 * Without debugging tables: stripped binaries anyway, and a tenth less to compile. Only aws-iam-authenticator has the SDK
 * for EC2, and there speed does not matter: without optimising, it takes 31 instead of 55 seconds of CPU time to compile.
 */
function compilerFlags(goMod: string): readonly string[] {
  const withoutTables = '-dwarf=false';
  const forEc2 = [`-gcflags=${ec2}=${withoutTables} -N -l`];
  return [`-gcflags=all=${withoutTables}`, ...(versionIn(goMod, ec2) === undefined ? [] : forEc2)];
}

export function goModuleFolder(module: GoModule): string {
  return join(import.meta.dirname, module);
}

/**
 * The environment of every `go` command: modules, build results and telemetry counters stay in the
 * cache folder, binaries need no C library. The user's own Go settings (proxy, private modules) still count.
 * An older `go` fetches the toolchain that `go.mod` names (GOTOOLCHAIN).
 */
export function goEnvironment(cache: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const configHome = env['XDG_CONFIG_HOME'] ?? join(env['HOME'] ?? homedir(), '.config');
  return {
    ...env,
    CGO_ENABLED: '0',
    GOENV: env['GOENV'] ?? join(configHome, 'go', 'env'),
    XDG_CONFIG_HOME: join(cache, 'go', 'config'),
    GOPATH: join(cache, 'go', 'path'),
    GOMODCACHE: join(cache, 'go', 'mod'),
    GOCACHE: join(cache, 'go', 'build'),
    GOFLAGS: '-mod=readonly -modcacherw -trimpath -buildvcs=false',
    GOTOOLCHAIN: 'auto',
    GOWORK: 'off',
    ...garbageCollection(availableMemory()),
  };
}

/**
 * How Go's compilers and linkers collect their garbage, on a machine with so many bytes of memory. Most end before they have
 * half a gigabyte, so collecting is a fifth of their work for nothing. For the SDK for EC2, the largest package, a compiler
 * keeps some two gigabytes in use: with a limit of 2 GiB it takes longer than with Go's own ways, which a small machine has.
 */
export function garbageCollection(bytes: number): NodeJS.ProcessEnv {
  return bytes < 7 * GIBIBYTE ? {} : { GOGC: 'off', GOMEMLIMIT: '3GiB' };
}

const GIBIBYTE = 1024 ** 3;

/** The memory of the machine, or of the container that this process runs in. */
function availableMemory(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
}

/** The arguments that build every tool of a module, given its `go.mod`. */
export function installArguments(goMod: string): readonly string[] {
  const flags = [...compilerFlags(goMod), `-ldflags=${linkerFlags(goMod)}`];
  return ['install', '-v', ...flags, ...buildTags(goMod), 'tool'];
}

/** The arguments that list the packages of every tool of a module. */
export function listArguments(goMod: string): readonly string[] {
  return ['list', '-deps', ...buildTags(goMod), 'tool'];
}

/** act runs jobs on this machine only, and has a tag that leaves out a sixth of its packages, all for containers (pkg/container/docker_stub.go). */
function buildTags(goMod: string): readonly string[] {
  return versionIn(goMod, 'github.com/nektos/act') === undefined ? [] : ['-tags=WITHOUT_DOCKER'];
}

/** The arguments that build the tests of packages into a folder, as programs. */
export function testArguments(
  goMod: string,
  packages: readonly string[],
  folder: string,
): readonly string[] {
  return [
    'test',
    '-c',
    '-vet=off',
    ...compilerFlags(goMod),
    `-ldflags=${linkerFlags(goMod)}`,
    '-o',
    folder,
    ...packages,
  ];
}

/**
 * Linker flags: strip, and tell Kubernetes and Multus their versions, which their own build scripts
 * would do; otherwise nodes and the API server report v0.0.0-master.
 */
export function linkerFlags(goMod: string): string {
  const settings = [
    ...kubernetesVersion(versionIn(goMod, 'k8s.io/kubernetes')),
    ...multusVersion(versionIn(goMod, multus)),
  ];
  return ['-s -w', ...settings.map((setting) => `-X ${setting}`)].join(' ');
}

const multus = 'gopkg.in/k8snetworkplumbingwg/multus-cni.v4';

/** The version of a module that a `go.mod` names. */
export function versionIn(goMod: string, path: string): string | undefined {
  const words = goMod.split(/\s+/);
  const at = words.indexOf(path);
  return at === -1 ? undefined : words[at + 1];
}

function kubernetesVersion(version: string | undefined): readonly string[] {
  if (version === undefined) return [];
  const [gitMajor, gitMinor] = version.slice(1).split('.');
  const facts = { gitVersion: version, gitMajor, gitMinor, gitTreeState: 'clean' };
  return ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((name) =>
    Object.entries(facts).map(([fact, value]) => `${name}.${fact}=${value}`),
  );
}

/** The minor version of Kubernetes that a `go.mod` names, such as `1.35`. */
export function minorVersionOf(goMod: string): string {
  const [major, minor] = (versionIn(goMod, 'k8s.io/kubernetes') ?? '').slice(1).split('.');
  return `${major}.${minor}`;
}

function multusVersion(version: string | undefined): readonly string[] {
  return version === undefined ? [] : [`${multus}/pkg/multus.version=${version}`];
}

/**
 * A key for each module's binaries: its `go.mod` and `go.sum`, our own program if it has one, how they are built, and Go's minor
 * version (a patch release of Go is not worth six minutes).
 */
export async function goModuleKeys(
  cache: string,
  modules: readonly GoModule[],
): Promise<ReadonlyMap<GoModule, string>> {
  if (modules.length === 0) return new Map();
  const version = await run('go', ['env', 'GOVERSION'], { env: goEnvironment(cache, process.env) });
  const keys = modules.map(async (module): Promise<[GoModule, string]> => {
    const folder = goModuleFolder(module);
    const files = { mod: join(folder, 'go.mod'), sum: join(folder, 'go.sum') };
    const own = Object.entries(await folderContent(folder)).filter(([name]) =>
      name.endsWith('.go'),
    );
    const content = { ...(await fileContent(files)), ...Object.fromEntries(own) };
    return [module, moduleKey(content, version, testPackages[module])];
  });
  return new Map(await Promise.all(keys));
}

export function moduleKey(
  files: Content,
  goVersion: string,
  tests: readonly string[] = [],
): string {
  const minor = /go\d+\.\d+/.exec(goVersion)?.[0] ?? goVersion;
  const how = [...installArguments(Buffer.from(files['mod'] ?? '').toString()), ...tests].join(' ');
  return contentKey({ ...files, minor, how, machine: process.arch });
}

export async function readGoMod(module: GoModule): Promise<string> {
  return readFile(join(goModuleFolder(module), 'go.mod'), 'utf8');
}

/**
 * The folder with the source of a Go module that a tool module requires, as Go's proxy serves it. Nobody may write there.
 */
export async function sourceFolder(cache: string, module: GoModule, path: string): Promise<string> {
  const options = { env: goEnvironment(cache, process.env), cwd: goModuleFolder(module) };
  const { Dir: folder } = JSON.parse(
    await run('go', ['mod', 'download', '-json', path], options),
  ) as {
    readonly Dir: string;
  };
  return folder;
}
