import { chmod, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readGoMod, sourceFolder, versionIn } from '../../tools/install/go-modules.ts';
import type { Made } from '../fixtures/fixture.ts';
import { readNodes } from '../fixtures/nodes.ts';
import { RUN_FOLDER } from '../run-folder.ts';
import type { ForeignSuite } from './foreign-suite.ts';
import { type ProgramRun, runProgram } from './run-program.ts';
import type { SuiteRun, TestResult } from './suite-findings.ts';
import { multusTestImage } from './suite-images.ts';

const MODULE = 'gopkg.in/k8snetworkplumbingwg/multus-cni.v4';
/** The versions of the CNI specification with which the project's workflow runs its tests. */
const CNI_VERSIONS = ['0.3.1', '0.4.0'];
const TESTS = ['simple-pod', 'simple-macvlan1', 'default-route1'];
const NOT_RUN: readonly TestResult[] = [
  {
    name: 'test-static-pod.sh',
    outcome: 'skipped',
    reason: "it writes to kind's nodes by docker, and a pod is to have the name of such a node",
  },
  {
    name: 'test-dra-integration.sh',
    outcome: 'skipped',
    reason: "it builds a driver with docker; the project's own workflow leaves it out, too",
  },
];
/** The nodes that the tests choose by label. */
const NODE_NAMES = ['kind-worker', 'kind-worker2'];
const HOSTNAME = 'kubernetes.io/hostname';

/** The scripts with which the Multus project tests the version that the rehearsal runs. */
export const multus: ForeignSuite = {
  about: "the Multus project's end-to-end tests",
  needs: ['multus-e2e'],
  explanations: [
    {
      test: /^test-default-route1\.sh/,
      reason: /^default-route-worker2 default route is different: [\d.]+$/,
      because:
        "the pod keeps the default route of the cluster's own network, and the test expects the one of kind's network",
    },
  ],
  images: async (tools) => [multusTestImage(tools)],
  run: async (made: Made): Promise<SuiteRun> => {
    const source = join(await sourceFolder(made.tools.cache, 'multus', MODULE), 'e2e');
    const tests: TestResult[] = [];
    const restore = await nameNodes(made);
    try {
      for (const version of CNI_VERSIONS) {
        const folder = await prepare(source, version);
        for (const test of TESTS) tests.push(await runScript(made, folder, test, version));
      }
    } finally {
      await restore();
    }
    const version = versionIn(await readGoMod('multus'), MODULE);
    return { version: `Multus ${version}`, tests: [...tests, ...NOT_RUN] };
  },
};

/** Gives the first nodes the labels of kind's nodes. Resolves with how to undo it. */
async function nameNodes({ kubectl }: Made): Promise<() => Promise<void>> {
  const nodes = (await readNodes(kubectl)).slice(0, NODE_NAMES.length).map(({ name }) => name);
  const label = (node: string, value: string) =>
    kubectl('label', 'node', node, `${HOSTNAME}=${value}`, '--overwrite');
  for (const [index, node] of nodes.entries()) await label(node, NODE_NAMES[index] ?? node);
  return async () => {
    for (const node of nodes) await label(node, node);
  };
}

/** A folder with the project's scripts, and with its templates filled in, as its `generate_yamls.sh` would. */
async function prepare(source: string, cniVersion: string): Promise<string> {
  const folder = join(RUN_FOLDER, 'multus-e2e', cniVersion);
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'yamls'), { recursive: true });
  for (const name of TESTS) {
    await cp(join(source, script(name)), join(folder, script(name)));
    await chmod(join(folder, script(name)), 0o755);
  }
  const templates = (await readdir(join(source, 'templates'))).filter((name) =>
    TESTS.some((test) => name === `${test}.yml.j2`),
  );
  for (const name of templates) {
    const template = await readFile(join(source, 'templates', name), 'utf8');
    const filled = template.replaceAll(/\{\{ *CNI_VERSION *\}\}/g, cniVersion);
    await writeFile(join(folder, 'yamls', name.replace(/\.j2$/, '')), filled);
  }
  return folder;
}

async function runScript(
  { kubeconfig, tools, kubectl }: Made,
  folder: string,
  test: string,
  cniVersion: string,
): Promise<TestResult> {
  const env = {
    ...process.env,
    PATH: `${tools.bin}:${process.env['PATH'] ?? ''}`,
    KUBECONFIG: kubeconfig,
  };
  const log = `suite-multus-${test}-${cniVersion}`;
  const ran = await runProgram(log, join(folder, script(test)), [], { env, cwd: folder });
  const manifest = join(folder, 'yamls', `${test}.yml`);
  await kubectl('delete', '-f', manifest, '--ignore-not-found', '--wait', '--timeout=180s');
  return { name: `${script(test)} with CNI ${cniVersion}`, ...judge(ran) };
}

/** A script may end well although an address is not as it expects. It then only says so. Pure. */
export function judge({ succeeded, lines }: ProgramRun): Omit<TestResult, 'name'> {
  const differing = lines.filter((line) => / is different: /.test(line));
  const complaints = succeeded ? differing : [...differing, ...lines.slice(-3)];
  return {
    outcome: complaints.length === 0 ? 'passed' : 'failed',
    reason: complaints.join('\n'),
  };
}

function script(test: string): string {
  return `test-${test}.sh`;
}
