import { Agent, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import type { AwsResponse } from './service.ts';

/** A request to moto: the one that came in, or one that the gateway wrote. */
export interface Outgoing {
  readonly method: string;
  /** Path with query string. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

// A new connection for each request: moto's server closes idle connections without notice.
const agent = new Agent({ keepAlive: false });

/** Sends a request with a body in memory and reads the whole response. */
export async function callMoto(
  motoUrl: string,
  outgoing: Outgoing,
  body: Buffer,
): Promise<AwsResponse> {
  const answer = await send(motoUrl, { ...outgoing, headers: sized(outgoing, body) }, (to) =>
    to.end(body),
  );
  return readAnswer(answer);
}

/**
 * Streams a request to moto and the response back. Returns an error response without sending it, so that
 * the gateway can inspect it. Returns undefined when the response was sent.
 */
export async function streamToMoto(
  motoUrl: string,
  from: IncomingMessage,
  to: ServerResponse,
): Promise<AwsResponse | undefined> {
  const outgoing = { method: from.method ?? 'GET', target: from.url ?? '/', headers: from.headers };
  const answer = await send(motoUrl, outgoing, (upstream) => pipeline(from, upstream, () => {}));
  if ((answer.statusCode ?? 500) >= 400) return readAnswer(answer);
  to.writeHead(answer.statusCode ?? 500, answer.headers);
  pipeline(answer, to, () => {});
  return undefined;
}

function send(
  motoUrl: string,
  outgoing: Outgoing,
  write: (upstream: ReturnType<typeof request>) => void,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { expect: _, connection: __, ...headers } = outgoing.headers;
    const upstream = request(new URL(outgoing.target, motoUrl), {
      method: outgoing.method,
      headers: withValues(headers),
      agent,
    });
    upstream.once('response', resolve).once('error', reject);
    write(upstream);
  });
}

/** Node refuses a header without a value. */
function withValues(headers: Outgoing['headers']): Record<string, string | string[]> {
  const given = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, typeof value === 'string' ? value : [...value]] as const],
  );
  return Object.fromEntries(given);
}

function sized(outgoing: Outgoing, body: Buffer): Outgoing['headers'] {
  const { 'transfer-encoding': _, ...headers } = outgoing.headers;
  return { ...headers, 'content-length': String(body.length) };
}

async function readAnswer(answer: IncomingMessage): Promise<AwsResponse> {
  const { 'transfer-encoding': _, connection: __, ...headers } = answer.headers;
  const body = Buffer.concat(await answer.toArray());
  return { status: answer.statusCode ?? 500, headers: headers as Record<string, string>, body };
}
