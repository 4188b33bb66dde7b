import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { minify } from 'terser';
import { actionNames, CHECKOUT, scratchFolder } from './checkout.ts';
import { bundledPackages } from './packages.ts';

/**
 * One bundle: an entry source, the committed folder that it becomes, and the name of its file there. What an entry
 * imports when it needs it becomes further files beside that one.
 */
export interface Bundle {
  readonly entry: string;
  readonly dist: string;
  readonly file: string;
  /** The folder of a web page whose script and style go into `dist`, too. */
  readonly page?: string;
}

const REPORT_PAGE = 'src/connectivity/report/page';

/** Every bundle that the repository commits: the three actions and the hook Lambda. */
export function bundles(): readonly Bundle[] {
  const actions = actionNames().map((name) => ({
    entry: `src/${name}/main.ts`,
    dist: `actions/${name}/dist`,
    file: 'index.js',
    ...(name === 'verify' ? { page: REPORT_PAGE } : {}),
  }));
  return [
    ...actions,
    { entry: 'cfn/attach-enis/handler.ts', dist: 'cfn/attach-enis/dist', file: 'index.mjs' },
  ];
}

/**
 * Builds one bundle below `root`. The same sources and lock file give the same bytes on any machine, so
 * the check can compare them.
 */
export async function build(bundle: Bundle, root: string): Promise<void> {
  const out = scratchFolder('bundle');
  try {
    bundleModules(bundle.entry, out);
    for (const file of readdirSync(out).filter((name) => name.endsWith('.js'))) {
      const code = await minified(readFileSync(join(out, file), 'utf8'));
      rmSync(join(out, file));
      writeFileSync(join(out, file === 'index.js' ? bundle.file : file), code);
    }
    if (bundle.page !== undefined) await writePage(bundle.page, out);
    // Node must read the bundle as a module wherever the pack is checked out.
    writeFileSync(join(out, 'package.json'), '{\n  "type": "module"\n}\n');
    const dist = resolve(root, bundle.dist);
    rmSync(dist, { recursive: true, force: true });
    cpSync(out, dist, { recursive: true });
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

async function writePage(page: string, out: string): Promise<void> {
  writeFileSync(join(out, 'page.js'), await pageScript(page));
  cpSync(resolve(CHECKOUT, page, 'page.css'), join(out, 'page.css'));
}

/** The script of a web page in one ES module, from `main.ts` in its folder. */
export async function pageScript(page = REPORT_PAGE): Promise<string> {
  const out = scratchFolder('page');
  try {
    bundleModules(`${page}/main.ts`, out);
    return await minified(readFileSync(join(out, 'index.js'), 'utf8'));
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function bundleModules(entry: string, out: string): void {
  const ncc = resolve(CHECKOUT, 'node_modules/@vercel/ncc/dist/ncc/cli.js');
  const args = [
    'build',
    resolve(CHECKOUT, entry),
    '--transpile-only', // tsc checks the types, once for everything
    ...['--license', 'licenses.txt'],
    ...['-o', out],
    ...['--no-cache', '-q'],
  ];
  execFileSync(process.execPath, [ncc, ...args], {
    cwd: CHECKOUT,
    env: { ...process.env, TS_NODE_PROJECT: bundledPackages() },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** ncc's own `--minify` shortens names but keeps what nobody uses. Names of classes and functions are in messages. */
async function minified(code: string): Promise<string> {
  const options = {
    module: true,
    compress: { passes: 2 },
    keep_classnames: true,
    keep_fnames: true,
  };
  const result = await minify(code, options);
  return result.code ?? '';
}

if (import.meta.main) {
  for (const bundle of bundles()) {
    console.log(`${bundle.entry} → ${bundle.dist}/${bundle.file}`);
    await build(bundle, CHECKOUT);
  }
  console.log(`built below ${dirname(resolve(CHECKOUT, 'actions'))}`);
}
