import type { AwsCall } from '../gateway/aws-call.ts';
import type { AwsResponse } from '../gateway/service.ts';

/** The sessions that STS has given to callers from outside: until when each of their keys is good. */
export interface Sessions {
  /** How many have begun. */
  begun(): number;
  /** Notes the session in STS's answer, which then says when it really ends. */
  begin(answer: AwsResponse, seconds: number): AwsResponse;
  /** Ends a session now. */
  end(accessKey: string): void;
  isOver(accessKey: string): boolean;
  /** Whether a key is one of these sessions'. */
  has(accessKey: string): boolean;
}

/** With a `scale` below 1, sessions are shorter than asked for, by that factor: hours pass in seconds. */
export function createSessions(scale = 1, now: () => number = Date.now): Sessions {
  const ends = new Map<string, number>();
  return {
    begun: () => ends.size,
    begin(answer, seconds) {
      const text = answer.body.toString();
      const key = text.match(/<AccessKeyId>([^<]+)/)?.[1];
      if (answer.status !== 200 || key === undefined) return answer;
      const end = now() + seconds * 1000 * scale;
      ends.set(key, end);
      const expiration = `<Expiration>${new Date(end).toISOString()}</Expiration>`;
      const body = text.replace(/<Expiration>[^<]*<\/Expiration>/, expiration);
      const { 'content-length': _, ...headers } = answer.headers ?? {};
      return { ...answer, headers, body };
    },
    end: (accessKey) => void ends.set(accessKey, 0),
    has: (accessKey) => ends.has(accessKey),
    isOver: (accessKey) => (ends.get(accessKey) ?? Number.POSITIVE_INFINITY) <= now(),
  };
}

/** Calls of the stand-in itself, which nothing disturbs; its keys say so. */
export function isOwnCall({ accessKey = '' }: Pick<AwsCall, 'accessKey'>): boolean {
  return /^AKIA(REHEARSAL|CLOUDFORMATION)/.test(accessKey);
}
