import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AwsCall } from '../gateway/aws-call.ts';
import type { AwsResponse } from '../gateway/service.ts';

/**
 * What happens to a call: it gets this response instead of the service's own; its connection is reset
 * before it is served; or it is served and the connection is reset instead of a response.
 */
export type Disturbance = AwsResponse | 'reset' | 'lost-answer';

/** Decides for each call whether to disturb it. */
export type Disturb = (call: AwsCall) => Disturbance | undefined;

/** Disturbs a call instead of serving it. Returns the HTTP status for the log, 0 for a reset. */
export function disturb(
  from: IncomingMessage,
  to: ServerResponse,
  what: Exclude<Disturbance, 'lost-answer'>,
): number {
  if (what === 'reset') {
    reset(to);
    return 0;
  }
  // The rest of the body must be read before the connection can carry the next request.
  from.resume();
  to.writeHead(what.status, what.headers).end(what.body);
  return what.status;
}

/** Closes a connection with an RST and without a response, like a broken network. */
export function reset(to: ServerResponse): void {
  to.socket?.resetAndDestroy();
}
