import { type QueryParams, ServiceError, textOf } from '../../gateway/query-protocol.ts';

export interface Page<T> {
  readonly items: readonly T[];
  /** The `NextToken` of the next page; undefined on the last page. */
  readonly next: string | undefined;
}

/** The page that a request asks for. Tokens encode the position; an unknown token throws. */
export function pageOf<T>(items: readonly T[], params: QueryParams, size: number): Page<T> {
  const token = textOf(params, 'NextToken');
  const start = token === undefined ? 0 : positionOf(token);
  const end = start + size;
  return {
    items: items.slice(start, end),
    next: end < items.length ? Buffer.from(`at:${end}`).toString('base64url') : undefined,
  };
}

function positionOf(token: string): number {
  const match = /^at:(\d+)$/.exec(Buffer.from(token, 'base64url').toString());
  if (match === null) throw new ServiceError('ValidationError', 'Invalid token');
  return Number(match[1]);
}
