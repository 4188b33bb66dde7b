import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { inParallel } from '../../src/core/in-parallel.ts';
import { bootScriptIsCurrent } from './boot-script.ts';
import { type Bundle, build, bundles } from './build.ts';
import { CACHE, CHECKOUT, COMPILED, scratchFolder } from './checkout.ts';
import { checkWithCheckov } from './checkov/checkov.ts';
import { stalePages } from './docs.ts';
import { crowdedFolders } from './folders.ts';
import { imageFiles } from './images/references.ts';
import { imageProblems } from './images/unpinned.ts';
import { cacheFolder } from './install/cache.ts';
import { ensureTools, type Tools } from './install/tools.ts';
import { validateManifests } from './manifests.ts';
import { run } from './process.ts';
import { consoleProgress } from './progress.ts';
import { runReadme } from './readme.ts';
import { checkShellScripts } from './shell.ts';

interface Check {
  readonly name: string;
  /** Rejects, with what is wrong, when the check fails. */
  readonly perform: (tools: Tools) => Promise<unknown>;
}

/** The templates are linted against the resource specifications of these regions. */
const REGIONS = [
  'us-east-1',
  'us-west-2',
  'eu-west-1',
  'eu-central-1',
  'ap-northeast-1',
  'ap-northeast-2',
];

/** The checkers keep their own caches inside the checkout; the tools stay in the user's cache. */
const env = {
  ...process.env,
  EKS_MULTUS_CACHE: cacheFolder(),
  XDG_CACHE_HOME: CACHE,
  XDG_DATA_HOME: CACHE,
  NODE_COMPILE_CACHE: COMPILED,
};
const node = (...args: string[]) => run(process.execPath, args, { cwd: CHECKOUT, env });

/** Every check. They run side by side, one for each core, so the longest stand first. */
function checks(): readonly Check[] {
  return [
    ...bundles().map((bundle) => ({
      name: `${bundle.dist} is what the sources build`,
      perform: () => distIsCurrent(bundle),
    })),
    { name: 'README: the commands that need no cluster', perform: runReadme },
    {
      name: 'templates (cfn-lint)',
      perform: ({ venv }) =>
        run(join(venv, 'bin', 'cfn-lint'), ['--regions', ...REGIONS, '--', ...templates()], {
          cwd: CHECKOUT,
        }),
    },
    {
      name: 'templates, manifests, workflows and examples (checkov)',
      perform: ({ checkov }) => checkWithCheckov(checkov),
    },
    { name: 'manifests (a real API server)', perform: (tools) => validateManifests(tools) },
    {
      name: 'types (tsc)',
      perform: async () => {
        await node('node_modules/typescript/bin/tsc', '--noEmit');
        // The report page runs in a browser, with the types of the DOM.
        const page = 'src/connectivity/report/page';
        await node('node_modules/typescript/bin/tsc', '--noEmit', '--project', page);
      },
    },
    {
      name: 'contracts between actions, code and workflows',
      perform: () =>
        node('node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', 'dev/testing/contract'),
    },
    {
      name: 'lint and format (Biome)',
      perform: () =>
        node(
          'node_modules/@biomejs/biome/bin/biome',
          'ci',
          '--colors=off',
          '--error-on-warnings',
          '.',
        ),
    },
    {
      name: 'workflows and examples (actionlint)',
      perform: async ({ bin }) => {
        await run(join(bin, 'actionlint'), ['-color=false'], { cwd: CHECKOUT, env });
        await run(join(bin, 'actionlint'), ['-color=false', ...examples()], { cwd: CHECKOUT, env });
      },
    },
    {
      name: 'workflows, actions, examples and Dependabot (zizmor)',
      perform: async ({ venv }) => {
        const zizmor = (...args: readonly string[]) =>
          run(join(venv, 'bin', 'zizmor'), ['--no-progress', '--persona=pedantic', ...args], {
            cwd: CHECKOUT,
          });
        // With a token, zizmor asks GitHub whether each commit belongs to the named version of an action.
        const offline = process.env['GH_TOKEN'] === undefined ? ['--offline'] : [];
        await zizmor(...offline, '.github', 'actions', 'action.yml');
        // The pack's name in the examples is a placeholder, of which GitHub knows nothing.
        await zizmor('--offline', ...examples());
      },
    },
    {
      name: 'boundaries between rooms, no circles (dependency-cruiser)',
      perform: () =>
        node(
          'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
          '--config',
          'dev/tools/boundaries.config.mjs',
          'src',
          'cfn',
          'dev',
        ),
    },
    {
      name: 'no unused files, exports or dependencies (knip)',
      perform: () => node('node_modules/knip/bin/knip.js', '--config', 'dev/tools/knip.json'),
    },
    { name: 'images have digests', perform: async () => imagesHaveDigests() },
    { name: 'no crowded folders', perform: async () => noCrowdedFolders() },
    { name: 'shell scripts (shellcheck)', perform: () => checkShellScripts() },
    {
      name: 'nodegroup.yaml has the programs of cfn/node-boot',
      perform: async () => templateIsCurrent(),
    },
    {
      name: 'generated tables and schemas are current (READMEs of the actions, docs/rehearsal.md, schemas)',
      perform: pagesAreCurrent,
    },
  ];
}

function examples(): readonly string[] {
  const files = readdirSync(join(CHECKOUT, 'examples')).filter((file) => file.endsWith('.yml'));
  if (files.length === 0) throw new Error('no examples/*.yml');
  return files.map((file) => join('examples', file));
}

function templates(): readonly string[] {
  return readdirSync(join(CHECKOUT, 'cfn'))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => join('cfn', file));
}

async function pagesAreCurrent(): Promise<void> {
  const stale = await stalePages(false);
  if (stale.length > 0) throw new Error(`out of date: ${stale.join(', ')}; run \`npm run docs\``);
}

function imagesHaveDigests(): void {
  const files = imageFiles();
  if (files.size === 0) throw new Error('no file names an image');
  const problems = imageProblems(files);
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

function noCrowdedFolders(): void {
  const crowded = crowdedFolders();
  if (crowded.length > 0) throw new Error(crowded.join('\n'));
}

function templateIsCurrent(): void {
  if (!bootScriptIsCurrent())
    throw new Error('the template has other programs; run `npm run build` and commit it');
}

async function distIsCurrent(bundle: Bundle): Promise<void> {
  const root = scratchFolder('dist-check');
  try {
    await build(bundle, root);
    if (!sameFolder(resolve(root, bundle.dist), resolve(CHECKOUT, bundle.dist)))
      throw new Error('the sources build something else; run `npm run build` and commit it');
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function sameFolder(one: string, other: string): boolean {
  if (!existsSync(other)) return false;
  const files = readdirSync(one).sort();
  return (
    files.join('\n') === readdirSync(other).sort().join('\n') &&
    files.every((file) => readFileSync(join(one, file)).equals(readFileSync(join(other, file))))
  );
}

process.env['KUBECACHEDIR'] = join(CACHE, 'kubectl');
const progress = consoleProgress();
const tools = await ensureTools(['lint', 'checkov', 'control-plane', 'moto', 'gh'], progress);
const all = checks();
const failures: string[] = [];
await inParallel(all, availableParallelism(), async ({ name, perform }) => {
  try {
    await progress.step(name, () => perform(tools));
  } catch (error) {
    failures.push(`\n✘ ${name}\n${error instanceof Error ? error.message : error}`);
  }
});
for (const failure of failures) console.error(failure);
console.log(`\n${all.length - failures.length} passed, ${failures.length} failed`);
process.exit(failures.length === 0 ? 0 : 1);
