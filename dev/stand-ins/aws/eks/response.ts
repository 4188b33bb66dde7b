import { ServiceError } from '../gateway/query-protocol.ts';
import type { EksState } from './state.ts';

/** The present time as EKS writes it: in seconds since 1970. */
export function now(): number {
  return Date.now() / 1000;
}

/** The error for a request with a wrong parameter. */
export function invalid(message: string): ServiceError {
  return new ServiceError('InvalidParameterException', message, 400);
}

/** The ARN of a thing in this account and region. `rest` is what follows the account. */
export function arnOf(state: EksState, rest: string): string {
  return `arn:aws:eks:${state.region}:${state.account}:${rest}`;
}

/** One page of sorted names, by `maxResults` and `nextToken` (an offset). */
export function page(names: Iterable<string>, key: string, query: URLSearchParams): object {
  const all = [...names].sort();
  const start = Number(query.get('nextToken') ?? 0);
  const end = start + Number(query.get('maxResults') ?? 100);
  return { [key]: all.slice(start, end), ...(end < all.length ? { nextToken: String(end) } : {}) };
}
