import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { rolldown } from 'rolldown';
import { CACHE, CHECKOUT } from '../../tools/checkout.ts';
import { WITHOUT_SIDE_EFFECTS } from '../../tools/packages.ts';

/** The programs that tests start from their sources, each with more than a thousand modules. */
const PROGRAMS = [
  'dev/testing/programs/provision-at-speed.ts',
  'dev/testing/programs/rolling-provision.ts',
  'src/connect/main.ts',
  'src/provision/main.ts',
  'src/verify/main.ts',
];

/** A fixed folder, because Node keeps compiled sources by their paths. It is inside the pack, whose files the programs read. */
const FOLDER = join(CACHE, 'programs');

/** The environment variable that says that the programs are bundled. */
const BUNDLED = 'TEST_PROGRAMS_ARE_BUNDLED';

/**
 * Global setup of the integration tests: bundles the programs from their sources as they are now. A bundle starts in a
 * quarter of the CPU time, because Node need not find a thousand modules.
 */
export async function setup(): Promise<void> {
  const build = await rolldown({
    input: Object.fromEntries(PROGRAMS.map((program) => [bundleOf(program), program])),
    cwd: CHECKOUT,
    platform: 'node',
    // ES modules, of which unused code can be dropped, as in the bundles of the actions.
    resolve: { mainFields: ['module', 'main'] },
    treeshake: {
      moduleSideEffects: WITHOUT_SIDE_EFFECTS.map((name) => ({
        test: new RegExp(`/node_modules/${name}/`),
        sideEffects: false,
      })),
    },
  });
  const { output } = await build.generate({
    format: 'esm',
    entryFileNames: '[name]',
    chunkFileNames: '[name].mjs',
  });
  await build.close();
  for (const file of output) {
    if (file.type === 'chunk') write(join(FOLDER, file.fileName), file.code);
  }
  process.env[BUNDLED] = 'true';
}

/** The file to start for a program: its bundle, where the global setup has made one. */
export function startedFile(script: string): string {
  const program = relative(CHECKOUT, script);
  const isBundled = process.env[BUNDLED] !== undefined && PROGRAMS.includes(program);
  return isBundled ? join(FOLDER, bundleOf(program)) : script;
}

function bundleOf(program: string): string {
  return program.replace(/\.ts$/, '.mjs');
}

/** Leaves alone what is the same, because other tests may be starting it. */
function write(path: string, code: string): void {
  if (existsSync(path) && readFileSync(path, 'utf8') === code) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, code);
}
