import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * The folder that holds everything that is downloaded or built, shared by all checkouts of this user:
 * `$EKS_MULTUS_CACHE`, else `eks-multus-actions` in the user's cache folder. As the XDG base directory
 * specification asks, a relative `$XDG_CACHE_HOME` is ignored.
 */
export function cacheFolder(
  env: Readonly<Record<string, string | undefined>> = process.env,
  home: string = homedir(),
): string {
  const own = env['EKS_MULTUS_CACHE'];
  if (own !== undefined && own !== '') {
    if (!isAbsolute(own))
      throw new Error(`EKS_MULTUS_CACHE must be an absolute path, not "${own}"`);
    return own;
  }
  const xdg = env['XDG_CACHE_HOME'];
  const base = xdg !== undefined && isAbsolute(xdg) ? xdg : join(home, '.cache');
  return join(base, 'eks-multus-actions');
}
