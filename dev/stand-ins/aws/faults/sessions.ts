import type { AwsCall } from '../gateway/aws-call.ts';
import { type AwsResponse, withBody } from '../gateway/service.ts';

/** The STS sessions of callers from outside, with their expiration times. */
export interface Sessions {
  /** The number of sessions so far. */
  begun(): number;
  /** Records the session in an STS response and returns the response with the scaled expiration. */
  begin(answer: AwsResponse, seconds: number): AwsResponse;
  /** Ends a session now. */
  end(accessKey: string): void;
  isOver(accessKey: string): boolean;
  /** Whether the key belongs to one of these sessions. */
  has(accessKey: string): boolean;
}

/** Creates the store. A `scale` below 1 shortens sessions by that factor, so that hours pass in seconds. */
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
      return withBody(answer, body);
    },
    end: (accessKey) => void ends.set(accessKey, 0),
    has: (accessKey) => ends.has(accessKey),
    isOver: (accessKey) => (ends.get(accessKey) ?? Number.POSITIVE_INFINITY) <= now(),
  };
}

/** Whether the stand-in itself makes the call, which its access key shows. Faults spare such calls. */
export function isOwnCall({ accessKey = '' }: Pick<AwsCall, 'accessKey'>): boolean {
  return /^AKIA(REHEARSAL|CLOUDFORMATION)/.test(accessKey);
}
