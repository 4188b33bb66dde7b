import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { minify } from '@swc/core';
import { inParallel } from '../../src/core/in-parallel.ts';
import { writeBootScript } from './boot-script.ts';
import { actionNames, CHECKOUT, COMPILED, scratchFolder } from './checkout.ts';
import { bundledPackages } from './packages.ts';
import { run } from './process.ts';
import { consoleProgress } from './progress.ts';

/**
 * One bundle: its entry source, the committed folder that it becomes, and the name of its main file there. Modules that
 * the entry imports lazily become further files beside the main one.
 */
export interface Bundle {
  readonly entry: string;
  readonly dist: string;
  readonly file: string;
  /** The folder of a web page whose script and style belong to the bundle, too. */
  readonly page?: string;
}

const REPORT_PAGE = 'src/connectivity/report/page';

/** Every bundle that the repository commits: one for each action, and the launch hook's Lambda function. */
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
 * Builds one bundle below `root`. The same sources and lock file give the same bytes on any machine, so the check can
 * compare them. Several bundles can be built at the same time.
 */
export async function build(bundle: Bundle, root: string): Promise<void> {
  const out = scratchFolder('bundle');
  try {
    await bundleModules(bundle.entry, out);
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
  const css = readFileSync(resolve(CHECKOUT, page, 'page.css'), 'utf8');
  writeFileSync(join(out, 'page.css'), compactCss(css));
}

/** Removes comments and joins the lines. A text that contains a comment sign or a line break would be damaged. */
function compactCss(css: string): string {
  const code = css.replaceAll(/\/\*.*?\*\//gs, '');
  return `${code.replaceAll(/\s*\n\s*/g, ' ').trim()}\n`;
}

/** The script of a web page as one ES module, built from `main.ts` in the page's folder. */
export async function pageScript(page = REPORT_PAGE): Promise<string> {
  const out = scratchFolder('page');
  try {
    await bundleModules(`${page}/main.ts`, out);
    return await minified(readFileSync(join(out, 'index.js'), 'utf8'));
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

async function bundleModules(entry: string, out: string): Promise<void> {
  const ncc = resolve(CHECKOUT, 'node_modules/@vercel/ncc/dist/ncc/cli.js');
  const args = [
    '--import',
    resolve(CHECKOUT, 'dev/tools/search-fewer-assets.ts'),
    ncc,
    'build',
    resolve(CHECKOUT, entry),
    '--transpile-only', // tsc checks the types, once for everything
    '--license',
    'licenses.txt',
    '--out',
    out,
    '--no-cache',
    '--quiet',
  ];
  await run(process.execPath, args, {
    cwd: CHECKOUT,
    env: {
      ...process.env,
      TS_NODE_PROJECT: bundledPackages(),
      NODE_COMPILE_CACHE: COMPILED,
    },
  });
}

/**
 * ncc's own `--minify` shortens names but keeps unused code. With fewer passes, SWC also keeps the EC2 client's unused
 * operations. A second run removes what only the first run made unused. Messages contain the names of classes and
 * functions, so those stay.
 */
async function minified(code: string): Promise<string> {
  const names = { keep_classnames: true, keep_fnames: true };
  const options = {
    module: true,
    compress: { ecma: 2022, passes: 6, keep_fargs: false, ...names },
    mangle: { toplevel: true, ...names },
    format: { comments: false, ecma: 2022 },
  } as const;
  const first = await minify(code, options);
  const second = await minify(first.code, options);
  return second.code;
}

if (import.meta.main) {
  writeBootScript();
  const progress = consoleProgress();
  await inParallel(bundles(), availableParallelism(), (bundle) =>
    progress.step(`${bundle.entry} → ${bundle.dist}/${bundle.file}`, () => build(bundle, CHECKOUT)),
  );
}
