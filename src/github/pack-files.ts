import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The path of a file that ships with the pack (`cfn/infra.yaml`), seen from a bundle in
 * `actions/<name>/dist` as well as from a source in `src/<room>`. The runner checks out the whole pack
 * at one commit, so an action and its templates never differ in version.
 */
export function packFile(...path: readonly string[]): string {
  return join(packRoot(import.meta.dirname), ...path);
}

function packRoot(folder: string): string {
  if (existsSync(join(folder, 'cfn')) && existsSync(join(folder, 'manifests'))) return folder;
  const parent = dirname(folder);
  if (parent === folder)
    throw new Error(`no cfn/ and manifests/ folders above ${import.meta.dirname}`);
  return packRoot(parent);
}
