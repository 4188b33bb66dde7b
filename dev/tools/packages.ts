import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { CACHE, CHECKOUT } from './checkout.ts';

/**
 * Packages that ncc would take as CommonJS, whole. Their ES modules leave out of a bundle what nobody calls: of the
 * hundred operations of S3, ninety.
 */
const ES_MODULES = [
  '@aws-sdk/client-auto-scaling',
  '@aws-sdk/client-cloudformation',
  '@aws-sdk/client-ec2',
  '@aws-sdk/client-s3',
  '@aws-sdk/client-sts',
];

/**
 * Packages whose modules do nothing when they are loaded, though their package.json does not say so. Of
 * @kubernetes/client-node that leaves out the generated classes of every kind, four megabytes.
 */
const WITHOUT_SIDE_EFFECTS = ['@actions/core', '@kubernetes/client-node'];

/** Always the same folder: ncc numbers modules by their paths, and the same sources have to give the same bundle. */
const FOLDER = join(CACHE, 'packages');

/**
 * Writes a tsconfig.json whose `paths` lead ncc to what it should bundle in the place of a package's main file, and
 * gives its path.
 */
export function bundledPackages(): string {
  mkdirSync(FOLDER, { recursive: true });
  const entries = [...ES_MODULES.map(esModules), ...WITHOUT_SIDE_EFFECTS.map(flagged)];
  const paths = Object.fromEntries(entries);
  const file = join(FOLDER, 'tsconfig.json');
  writeFileSync(file, JSON.stringify({ compilerOptions: { baseUrl: CHECKOUT, paths } }));
  return file;
}

type Path = readonly [name: string, files: readonly string[]];

function esModules(name: string): Path {
  const { module } = packageOf(name);
  if (module === undefined) throw new Error(`${name} has no ES modules`);
  return [name, [join('node_modules', name, module)]];
}

/** ncc has no option for it, so a copy says what the package does not. */
function flagged(name: string): Path {
  const copy = join(FOLDER, name);
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  cpSync(join(CHECKOUT, 'node_modules', name), copy, { recursive: true });
  const description = { ...packageOf(name), sideEffects: false };
  writeFileSync(join(copy, 'package.json'), JSON.stringify(description));
  return [name, [join(relative(CHECKOUT, copy), description.main ?? 'index.js')]];
}

function packageOf(name: string): { readonly main?: string; readonly module?: string } {
  return JSON.parse(readFileSync(join(CHECKOUT, 'node_modules', name, 'package.json'), 'utf8'));
}
