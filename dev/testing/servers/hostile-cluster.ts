import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAuthority, issue } from '../../stand-ins/cluster/certificates.ts';

/** An HTTPS server in the place of an API server that uses its answers to attack the job. */
export interface HostileCluster {
  readonly endpoint: string;
  /** Base64 of PEM, as EKS gives it. */
  readonly certificateAuthority: string;
  /** What the clients gave in the header Authorization, without the scheme. */
  readonly credentials: ReadonlySet<string>;
  stop(): Promise<void>;
}

/** What the server does: the status and the body of its answer. */
export type Attack = (request: IncomingMessage) => {
  readonly status: number;
  readonly body: unknown;
};

/** @param folder an empty folder for the server's certificates */
export async function startHostileCluster(folder: string, attack: Attack): Promise<HostileCluster> {
  const authority = await createAuthority(folder, 'hostile');
  const own = await issue(authority, 'server', {
    commonName: 'hostile',
    ipAddresses: ['127.0.0.1'],
  });
  const [cert, key, ca] = await Promise.all(
    [own.certificate, own.key, authority.certificate].map((path) => readFile(path)),
  );
  const credentials = new Set<string>();
  const server = createServer({ cert: cert ?? '', key: key ?? '' }, (request, response) => {
    credentials.add(request.headers.authorization?.replace(/^\S+ /, '') ?? '');
    const { status, body } = attack(request);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `https://127.0.0.1:${port}`,
    certificateAuthority: ca?.toString('base64') ?? '',
    credentials,
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
