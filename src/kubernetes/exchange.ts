import type { RequestOptions } from 'node:https';

/** What a server answered. */
export interface Reply {
  readonly status: number;
  readonly text: string;
}

/** Sends one request, with a body when there is text, and gives the answer; fails with the error of the connection. */
export type Exchange = (url: URL, options: RequestOptions, text?: string) => Promise<Reply>;

/** Without a word from the server for so long, there is no answer. */
export const TIMEOUT_MS = 60_000;

export function timedOut(): Error {
  const error = new Error(`no answer within ${TIMEOUT_MS / 1000} seconds`);
  return Object.assign(error, { code: 'ETIMEDOUT' });
}
