import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { packFile } from '../../../src/core/pack-files.ts';
import { IMAGES, pathOf } from '../../../src/images/catalog.ts';
import { freePort } from '../../stand-ins/aws/testing/local-aws.ts';
import { ensureTools } from '../../tools/install/tools.ts';
import { type Service, startService } from '../../tools/process.ts';
import { consoleProgress } from '../../tools/progress.ts';

/** The script copies from one path of a registry to another. The registry is crane's own. */

const execute = promisify(execFile);
const PLATFORMS = ['linux/amd64', 'linux/arm64'];
const paths = Object.values(IMAGES).map(({ source }) => pathOf(source).replace(/@.*/, ''));

let folder: string;
let env: NodeJS.ProcessEnv;
let registry: Service;
let makers: string;
let script: string;

const mirror = () => `${makers}/mirror`;
const crane = async (...args: readonly string[]) =>
  (await execute('crane', args, { env })).stdout.trim();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mirror-images-'));
  const { bin } = await ensureTools(['crane'], consoleProgress());
  env = { ...process.env, PATH: [bin, process.env['PATH']].join(delimiter), MIRROR_WITH: 'crane' };
  makers = `127.0.0.1:${await freePort()}`;
  const log = join(folder, 'registry.log');
  const options = ['registry', 'serve', '--address', makers];
  registry = startService('registry', join(bin, 'crane'), options, { log });
  const digest = await publish();
  script = scriptFor(digest);
});
afterAll(async () => {
  await registry?.stop(0);
  rmSync(folder, { recursive: true, force: true });
});

/** Publishes an image for two platforms under the names of all images of the pack. Returns its digest. */
async function publish(): Promise<string> {
  await vi.waitFor(() => crane('catalog', makers), { timeout: 60_000 });
  const images: string[] = [];
  for (const platform of PLATFORMS) {
    const image = `${makers}/${platform}:1`;
    writeFileSync(join(folder, 'layer'), platform);
    await execute('tar', ['cf', join(folder, 'layer.tar'), '-C', folder, 'layer']);
    await crane('append', '--oci-empty-base', '-f', join(folder, 'layer.tar'), '-t', image);
    images.push('-m', image);
  }
  for (const path of paths) await crane('index', 'append', ...images, '-t', `${makers}/${path}`);
  return crane('digest', `${makers}/${paths[0]}`);
}

/** The script with this registry in place of those of the makers. */
function scriptFor(digest: string): string {
  const path = join(folder, 'mirror-images.sh');
  const hosts = /^(\S+) (?:[\w-]+\.)+[a-z]+\/(\S+?)(@sha256:\w+)? /gm;
  const text = readFileSync(packFile('scripts', 'mirror-images.sh'), 'utf8').replace(
    hosts,
    (_, name, image, pinned) =>
      `${name} ${makers}/${image}${pinned === undefined ? '' : `@${digest}`} `,
  );
  writeFileSync(path, text, { mode: 0o755 });
  return path;
}

/** Runs the script. Returns its exit code and the lines of both streams. */
async function mirrorImages(...args: readonly string[]) {
  return mirrorImagesIn(env, ...args);
}

async function mirrorImagesIn(seen: NodeJS.ProcessEnv, ...args: readonly string[]) {
  const ended = await execute(script, args, { env: seen }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
  const lines = (text: string) => text.split('\n').filter((line) => line !== '');
  return { code: ended.code, printed: lines(ended.stdout), complaints: lines(ended.stderr) };
}

it('names what is missing, copies it with all platforms and digests, and copies nothing twice', async () => {
  const before = await mirrorImages('check', mirror());
  expect(before.code).toBe(1);
  expect(before.complaints).toHaveLength(paths.length);
  expect(before.complaints[0]).toMatch(
    /^multus-thick: \S+\/mirror\/eks\/multus-cni:\S+ lacks sha256:/,
  );

  const first = await mirrorImages('copy', mirror());
  expect([first.code, first.printed.length]).toEqual([0, paths.length]);
  for (const line of first.printed) expect(line).toContain(' copied, sha256:');
  for (const path of paths) {
    const [source, copy] = [`${makers}/${path}`, `${mirror()}/${path}`];
    const index = await crane('manifest', copy);
    expect(index).toBe(await crane('manifest', source));
    const { manifests } = JSON.parse(index) as { manifests: readonly { digest: string }[] };
    expect(manifests).toHaveLength(PLATFORMS.length);
    for (const { digest } of manifests) await crane('manifest', `${copy}@${digest}`);
  }

  const second = await mirrorImages('copy', mirror());
  for (const line of second.printed) expect(line).toContain(' has sha256:');
  expect((await mirrorImages('check', mirror())).code).toBe(0);
});

it('replaces a copy of another build, and names it before', async () => {
  const copy = `${mirror()}/${paths[2]}`;
  await crane('copy', `${makers}/${PLATFORMS[0]}:1`, copy);
  const checked = await mirrorImages('check', mirror());
  expect(checked.complaints).toHaveLength(1);
  expect(checked.complaints[0]).toMatch(/^whereabouts: \S+ has sha256:\w+, and lacks sha256:/);
  await mirrorImages('copy', mirror());
  expect(await crane('digest', copy)).toBe(await crane('digest', `${makers}/${paths[2]}`));
});

it('leaves out what is not needed', async () => {
  const { printed } = await mirrorImages('copy', `${makers}/other`, '--without', 'multus-thin');
  expect(printed.map((line) => line.split(':')[0])).not.toContain('multus-thin');
  expect(printed).toHaveLength(paths.length - 1);
});

it('does not take a registry that is silent for one that lacks images', async () => {
  const { code, complaints } = await mirrorImages('check', `127.0.0.1:${await freePort()}`);
  expect(code).toBe(1);
  expect(complaints.join()).toContain('connection refused');
});

/** What each program prints, from the sources that the script names. */
describe.each([
  ['crane', 'Error: GET https://r.example/v2/x/manifests/1: MANIFEST_UNKNOWN: Unknown manifest', 1],
  [
    'crane',
    "Error: GET https://r.example/v2/x/manifests/1: NAME_UNKNOWN: The repository with name 'x' does not exist",
    1,
  ],
  ['crane', 'Error: GET https://r.example/v2/x/manifests/1: NOT_FOUND: artifact x:1 not found', 1],
  [
    'crane',
    'Error: GET https://r.example/v2/x/manifests/1: unexpected status code 404 Not Found',
    1,
  ],
  [
    'crane',
    'Error: Get "https://r.example/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    0,
  ],
  [
    'crane',
    'Error: Get "https://r.example:4040/v2/": dial tcp: lookup r.example on 10.0.4.04:53: no such host',
    0,
  ],
  [
    'crane',
    'Error: error getting credentials - err: exec: "docker-credential-ecr-login": executable file not found in $PATH',
    0,
  ],
  [
    'crane',
    'Error: GET https://r.example/v2/x/manifests/1: DENIED: requested access to the resource is denied',
    0,
  ],
  [
    'skopeo',
    'level=fatal msg="Error parsing image name \\"docker://r.example/x:1\\": reading manifest 1 in r.example/x: manifest unknown"',
    1,
  ],
  [
    'skopeo',
    'level=fatal msg="Error parsing image name: reading manifest 1 in r.example/x: repository name not known to registry"',
    1,
  ],
  [
    'skopeo',
    'level=fatal msg="Error parsing image name: reading manifest 1 in r.example/x: name unknown: The repository does not exist"',
    1,
  ],
  [
    'skopeo',
    'level=fatal msg="Error parsing image name: reading manifest 1 in r.example/x: unknown: artifact x:1 not found"',
    1,
  ],
  [
    'skopeo',
    'level=fatal msg="Error parsing image name: reading manifest 1 in r.example/x: StatusCode: 404, \\"page\\""',
    1,
  ],
  [
    'skopeo',
    'level=fatal msg="pinging container registry r.example: tls: failed to verify certificate: x509: certificate signed by unknown authority"',
    0,
  ],
  ['docker', 'ERROR: r.example/mirror/x:1: not found', 1],
  [
    'docker',
    'ERROR: failed to do request: Head "https://r.example/v2/": x509: certificate signed by unknown authority',
    0,
  ],
  [
    'docker',
    'ERROR: error getting credentials: exec: "docker-credential-pass": executable file not found in $PATH',
    0,
  ],
] as const)('%s, which says: %s', (tool, says, missing) => {
  it(missing ? 'lacks the image' : 'says nothing about the image', async () => {
    const bin = mkdtempSync(join(folder, 'bin-'));
    writeFileSync(join(bin, tool), `#!/bin/sh\necho '${says}' >&2\nexit 1\n`, { mode: 0o755 });
    const seen = { ...env, PATH: [bin, process.env['PATH']].join(delimiter), MIRROR_WITH: tool };
    const others = ['multus-thick', 'multus-thin', 'whereabouts', 'agnhost'];
    const without = others.flatMap((name) => ['--without', name]);
    const { code, complaints } = await mirrorImagesIn(
      seen,
      'check',
      'r.example/mirror',
      ...without,
    );
    expect(code).toBe(1);
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain(missing ? ' lacks sha256:' : says);
  });
});
