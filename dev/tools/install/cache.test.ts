import { describe, expect, it } from 'vitest';
import { cacheFolder } from './cache.ts';

describe('cacheFolder', () => {
  it('is in the home folder by default', () => {
    expect(cacheFolder({}, '/home/kim')).toBe('/home/kim/.cache/eks-multus-actions');
  });

  it('follows XDG_CACHE_HOME, unless that is relative', () => {
    expect(cacheFolder({ XDG_CACHE_HOME: '/big' }, '/h')).toBe('/big/eks-multus-actions');
    expect(cacheFolder({ XDG_CACHE_HOME: 'big' }, '/h')).toBe('/h/.cache/eks-multus-actions');
  });

  it('is EKS_MULTUS_CACHE itself when that is set', () => {
    const env = { EKS_MULTUS_CACHE: '/ci/cache', XDG_CACHE_HOME: '/big' };
    expect(cacheFolder(env, '/h')).toBe('/ci/cache');
    expect(cacheFolder({ EKS_MULTUS_CACHE: '' }, '/h')).toBe('/h/.cache/eks-multus-actions');
  });

  it('refuses a relative EKS_MULTUS_CACHE, which would depend on the working folder', () => {
    expect(() => cacheFolder({ EKS_MULTUS_CACHE: 'cache' }, '/h')).toThrow(/absolute/);
  });
});
