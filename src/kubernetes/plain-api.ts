import { statusOf } from './api-error.ts';
import type { List } from './core.ts';
import type { Rest } from './rest.ts';

/** Objects of any kind, by their paths. */
export interface PlainApi {
  /** The items of a list, such as `/api/v1/services`; none when the API server does not know the kind. */
  list<Item>(path: string): Promise<readonly Item[]>;
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
