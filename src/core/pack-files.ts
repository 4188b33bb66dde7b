import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Returns the path of a file that ships with the pack, for example of `cfn/infra.yaml`. Works from a bundle in
 * `actions/<name>/dist` and from a source in `src`. The runner downloads the whole pack at one commit, so an action and
 * its templates always have the same version.
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
