import { execFileSync } from 'node:child_process';
import { cpSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { actionNames, ROOT, scratchFolder } from './pack.ts';

/** One bundle: an entry source, the committed folder that it becomes, and the name of its file there. */
export interface Bundle {
  readonly entry: string;
  readonly dist: string;
  readonly file: string;
}

/** Every bundle that the repository commits: the three actions and the hook Lambda. */
export function bundles(): readonly Bundle[] {
  const actions = actionNames().map((name) => ({
    entry: `src/${name}/main.ts`,
    dist: `actions/${name}/dist`,
    file: 'index.js',
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
export function build(bundle: Bundle, root: string): void {
  const out = scratchFolder('bundle');
  try {
    const ncc = resolve(ROOT, 'node_modules/@vercel/ncc/dist/ncc/cli.js');
    const args = [
      'build',
      resolve(ROOT, bundle.entry),
      '-m',
      '--transpile-only', // tsc checks the types, once for everything
      '--license',
      'licenses.txt',
      '-o',
      out,
      '--no-cache',
      '-q',
    ];
    execFileSync(process.execPath, [ncc, ...args], {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (bundle.file !== 'index.js') renameSync(join(out, 'index.js'), join(out, bundle.file));
    // Node must read the bundle as a module wherever the pack is checked out.
    writeFileSync(join(out, 'package.json'), '{\n  "type": "module"\n}\n');
    const dist = resolve(root, bundle.dist);
    rmSync(dist, { recursive: true, force: true });
    cpSync(out, dist, { recursive: true });
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  for (const bundle of bundles()) {
    console.log(`${bundle.entry} → ${bundle.dist}/${bundle.file}`);
    build(bundle, ROOT);
  }
  console.log(`built below ${dirname(resolve(ROOT, 'actions'))}`);
}
