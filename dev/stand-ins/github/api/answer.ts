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
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
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

/** The page of a list that a query asks for. */
export function page<Item>(
  all: readonly Item[],
  query: URLSearchParams,
  show: (item: Item) => unknown,
): Answer {
  const size = Number(query.get('per_page') ?? 30);
  const from = (Number(query.get('page') ?? 1) - 1) * size;
  return { status: 200, body: all.slice(from, from + size).map(show) };
}
