import { mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The checkout that these tools belong to. */
export const CHECKOUT = resolve(import.meta.dirname, '../..');

/** The names of the pack's actions: the folders of `actions/`. */
export function actionNames(): readonly string[] {
  return readdirSync(resolve(CHECKOUT, 'actions'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** The folder for the caches of tools that scripts run, inside the checkout. */
export const CACHE = join(CHECKOUT, 'node_modules', '.cache');

/** The folder in which Node keeps compiled sources (NODE_COMPILE_CACHE): later runs of a program start in half the time. */
export const COMPILED = join(CACHE, 'compiled');

/** Creates a folder for temporary files, inside the checkout. */
export function scratchFolder(name: string): string {
  mkdirSync(CACHE, { recursive: true });
  return mkdtempSync(join(CACHE, `${name}-`));
}
