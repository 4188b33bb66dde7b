import type { Staging } from '../../aws/staging.ts';

/** A staging bucket in memory, with its objects by key. */
export function fakeStaging(): Staging & { readonly objects: Map<string, Uint8Array> } {
  const objects = new Map<string, Uint8Array>();
  let exists = false;
  return {
    objects,
    async stage(_bucket, key, content) {
      exists = true;
      const outcome = objects.has(key) ? 'present' : 'uploaded';
      objects.set(key, content);
      return { outcome, version: `version-of-${key}` };
    },
    async has(_bucket, environment) {
      return [...objects.keys()].some((key) => key.startsWith(`${environment}/`));
    },
    async clear(_bucket, environment) {
      const keys = [...objects.keys()].filter((key) => key.startsWith(`${environment}/`));
      for (const key of keys) objects.delete(key);
      const bucketDeleted = exists && objects.size === 0;
      if (bucketDeleted) exists = false;
      return { objects: keys.length, bucketDeleted };
    },
  };
}
