import { readFile } from 'node:fs/promises';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { createServer, type RequestOptions, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAuthority, issue } from '../../stand-ins/cluster/certificates.ts';
import type { TestApiServer } from './api-server.ts';

/** Who the API server takes a request's sender for: an administrator, a user that he plays, or whom the client says. */
export type Sender =
  | 'administrator'
  | 'client'
  | { readonly user: string; readonly group?: string };

/** What a gateway does with a request. `pass` lets it through. */
export type Treatment = (exchange: {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  pass(sender?: Sender): void;
}) => void;

/** An HTTPS gateway in front of a real API server, as load balancers and proxies are. */
export interface Gateway {
  readonly endpoint: string;
  stop(): Promise<void>;
}

export interface GatewayIdentity {
  /** Base64 of PEM. */
  readonly authority: string;
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** The certificate that gateways on this machine show. @param folder an empty folder */
export async function gatewayIdentity(folder: string): Promise<GatewayIdentity> {
  const authority = await createAuthority(folder, 'gateway');
  const subject = { commonName: 'gateway', ipAddresses: ['127.0.0.1'] };
  const { certificate, key } = await issue(authority, 'server', subject);
  const ca = await readFile(authority.certificate);
  return {
    authority: ca.toString('base64'),
    cert: await readFile(certificate),
    key: await readFile(key),
  };
}

/** Starts a gateway. It refuses web sockets, so no command runs in a pod. */
export async function startGateway(
  { connection: { config } }: Pick<TestApiServer, 'connection'>,
  { cert, key }: GatewayIdentity,
  treat: Treatment,
): Promise<Gateway> {
  const administrator: RequestOptions = {};
  await config.applyToHTTPSOptions(administrator);
  const target = config.getCurrentCluster()?.server ?? '';
  const server = createServer({ cert, key }, (incoming, response) => {
    const pass = (sender: Sender = 'administrator') =>
      forward(incoming, response, target, administrator, sender);
    treat({ request: incoming, response, pass });
  });
  server.on('upgrade', (_, socket) => {
    socket.on('error', () => undefined);
    socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function forward(
  incoming: IncomingMessage,
  response: ServerResponse,
  target: string,
  { ca, cert, key }: RequestOptions,
  sender: Sender,
): void {
  const { authorization, ...rest } = incoming.headers;
  const own = sender === 'client' ? { ca } : { ca, cert, key };
  const headers: OutgoingHttpHeaders = {
    ...rest,
    ...(sender === 'client' ? { authorization } : {}),
    ...(typeof sender === 'object' ? impersonation(sender) : {}),
  };
  const { method = 'GET', url = '/' } = incoming;
  const sent = request(new URL(url, target), { ...own, method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  });
  sent.on('error', () => response.destroy());
  incoming.pipe(sent);
}

/** https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/ */
function impersonation({ user, group }: { readonly user: string; readonly group?: string }) {
  return {
    'impersonate-user': user,
    ...(group === undefined ? {} : { 'impersonate-group': group }),
  };
}
