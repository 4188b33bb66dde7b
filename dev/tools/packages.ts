import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { CACHE, CHECKOUT } from './checkout.ts';

/**
 * ncc would bundle the CommonJS modules of these packages, whole. From their ES modules, it drops unused code, such as
 * ninety of the hundred operations of S3.
 */
const ES_MODULES = [
  '@aws-sdk/client-auto-scaling',
  '@aws-sdk/client-cloudformation',
  '@aws-sdk/client-cloudwatch-logs',
  '@aws-sdk/client-ec2',
  '@aws-sdk/client-eks',
  '@aws-sdk/client-s3',
  '@aws-sdk/client-sts',
];

/**
 * Loading these packages has no side effects, though their package.json does not say so. This drops four megabytes of
 * generated classes from @kubernetes/client-node.
 */
export const WITHOUT_SIDE_EFFECTS = ['@actions/core', '@kubernetes/client-node'];

/** A fixed folder, because ncc numbers modules by their paths and the same sources have to give the same bundle. */
const FOLDER = join(CACHE, 'packages');

let written: string | undefined;

/**
 * Writes a tsconfig.json, once in a process, whose `paths` lead ncc to the files to bundle instead of a package's main
 * file. Returns the path of the tsconfig.json.
 */
export function bundledPackages(): string {
  written ??= writePackages();
  return written;
}

function writePackages(): string {
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

/** ncc has no option for this, so it gets a copy of the package that declares no side effects. */
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
