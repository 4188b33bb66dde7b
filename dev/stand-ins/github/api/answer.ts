import type { Operation } from './description.ts';
import type { RepositoryState } from './state.ts';

/** A call of an operation by a token that may make it. */
export interface Call {
  readonly operation: Operation;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  readonly state: RepositoryState;
  /** Whether the token may administer the repository. */
  readonly administers: boolean;
  /** The owner of the token. */
  readonly login: string;
  /** The address of a file in GitHub's storage, which is another server. */
  readonly storage: (content: Uint8Array) => string;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** Where the caller has to go instead. */
  readonly location?: string;
}

export function notFound(): Answer {
  return {
    status: 404,
    body: {
      message: 'Not Found',
      documentation_url: 'https://docs.github.com/rest',
      status: '404',
    },
  };
}

/** One page of a list, as the query asks for it. */
export function page<Item>(
  all: readonly Item[],
  query: URLSearchParams,
  show: (item: Item) => unknown,
): Answer {
  return { status: 200, body: itemsOfPage(all, query).map(show) };
}

/** The items of a list that are on the page of the query. */
export function itemsOfPage<Item>(all: readonly Item[], query: URLSearchParams): readonly Item[] {
  const size = Number(query.get('per_page') ?? 30);
  const from = (Number(query.get('page') ?? 1) - 1) * size;
  return all.slice(from, from + size);
}
