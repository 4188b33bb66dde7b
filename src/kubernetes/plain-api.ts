import { statusOf } from './api-error.ts';
import { FIELD_MANAGER } from './apply.ts';
import type { List } from './core.ts';
import { PATCH_TYPES } from './objects.ts';
import type { Rest } from './rest.ts';

/** Objects of any kind, by their paths. */
export interface PlainApi {
  /** The items of a list, such as `/api/v1/services`; none when the API server does not know the kind. */
  list<Item>(path: string): Promise<readonly Item[]>;
  /** One object; undefined when it is not there. */
  read<Item>(path: string): Promise<Item | undefined>;
  /** Changes the fields of one object that `body` names (JSON merge patch). */
  merge(path: string, body: unknown): Promise<void>;
  /** Deletes one object; it is fine if it is gone. */
  remove(path: string): Promise<void>;
}

/** @throws ApiError when the API server refuses; the error of the connection when there is no answer. */
export function plainApi(rest: Rest): PlainApi {
  return {
    async list<Item>(path: string) {
      const found = await unlessMissing(() => rest<List<Item>>({ method: 'GET', path }));
      return found?.items ?? [];
    },
    read: (path) => unlessMissing(() => rest({ method: 'GET', path })),
    async merge(path, body) {
      const query = { fieldManager: FIELD_MANAGER };
      await rest({ method: 'PATCH', path, query, body, contentType: PATCH_TYPES.merge });
    },
    async remove(path) {
      await unlessMissing(() => rest({ method: 'DELETE', path }));
    },
  };
}

async function unlessMissing<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}
