import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Certificate } from './certificates.ts';

/** The loopback proxy through which the authenticator reaches STS. Its URL is the value of HTTPS_PROXY. */
export interface StsProxy {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Terminates TLS for `sts.<region>.amazonaws.com` with a throw-away certificate and forwards each presigned
 * GetCallerIdentity to the gateway. The authenticator accepts only real STS host names, so it cannot use the
 * gateway directly. Leaves out the check of the signature.
 */
export async function startStsProxy(gatewayUrl: string, server: Certificate): Promise<StsProxy> {
  const tls = { key: await readFile(server.key), cert: await readFile(server.certificate) };
  const sockets = new Set<Socket>();
  const sts = createServer((request, response) => void answer(gatewayUrl, request, response));
  const proxy = createServer((_, response) => response.writeHead(405).end());
  proxy.on('connect', (_request: IncomingMessage, socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    const secure = new TLSSocket(socket, { isServer: true, ...tls });
    secure.on('error', () => socket.destroy());
    sts.emit('connection', secure);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    stop: () => close(proxy, sockets),
  };
}

/**
 * A presigned query as the POST that an SDK would send. The gateway routes by the signing scope in the
 * Authorization header, and would treat a GET without that header as a call to S3.
 */
export function toSignedPost(url: string): { headers: Record<string, string>; body: string } {
  const query = new URL(url, 'https://sts').searchParams;
  const token = query.get('X-Amz-Security-Token');
  const signed = [
    `Credential=${query.get('X-Amz-Credential') ?? ''}`,
    `SignedHeaders=${query.get('X-Amz-SignedHeaders') ?? 'host'}`,
    `Signature=${query.get('X-Amz-Signature') ?? ''}`,
  ];
  return {
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `AWS4-HMAC-SHA256 ${signed.join(', ')}`,
      'x-amz-date': query.get('X-Amz-Date') ?? '',
      ...(token === null ? {} : { 'x-amz-security-token': token }),
    },
    body: new URLSearchParams({
      Action: query.get('Action') ?? '',
      Version: query.get('Version') ?? '',
    }).toString(),
  };
}

/** Converts a GetCallerIdentity answer from XML to STS's JSON form, which the authenticator requests. */
export function toStsJson(xml: string): string {
  const text = (tag: string) => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(xml)?.[1] ?? '';
  return JSON.stringify({
    GetCallerIdentityResponse: {
      GetCallerIdentityResult: {
        Account: text('Account'),
        Arn: text('Arn'),
        UserId: text('UserId'),
      },
      ResponseMetadata: { RequestId: text('RequestId') },
    },
  });
}

async function answer(
  gatewayUrl: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const upstream = await fetch(gatewayUrl, {
      method: 'POST',
      ...toSignedPost(request.url ?? '/'),
    });
    const xml = await upstream.text();
    response.writeHead(upstream.status, { 'content-type': 'application/json' });
    response.end(upstream.ok ? toStsJson(xml) : xml);
  } catch (error) {
    response.writeHead(502).end(String(error));
  }
}

async function close(proxy: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = once(proxy.close(), 'close');
  for (const socket of sockets) socket.destroy();
  proxy.closeAllConnections();
  await closed;
}
