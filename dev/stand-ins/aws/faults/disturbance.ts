import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AwsCall } from '../gateway/aws-call.ts';
import type { AwsResponse } from '../gateway/service.ts';

/**
 * What befalls a call on its way: an answer instead of the service's own; the connection reset before
 * the call is served; or served, and the connection reset instead of the answer.
 */
export type Disturbance = AwsResponse | 'reset' | 'lost-answer';

/** Decides, call by call, whether something befalls it. */
export type Disturb = (call: AwsCall) => Disturbance | undefined;

/** Carries out a disturbance in place of serving the call; gives the status for the log, 0 for none. */
export function disturb(
  from: IncomingMessage,
  to: ServerResponse,
  what: Exclude<Disturbance, 'lost-answer'>,
): number {
  if (what === 'reset') {
    reset(to);
    return 0;
  }
  // A body that is still on its way must be taken off the connection before the next request.
  from.resume();
  to.writeHead(what.status, what.headers).end(what.body);
  return what.status;
}

/** Ends a connection as a broken network does: with an RST, and no answer. */
export function reset(to: ServerResponse): void {
  to.socket?.resetAndDestroy();
}
