import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface KubeRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

export interface KubeAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An HTTP server that stands in for an API server, and a kubeconfig that points to it. */
export interface KubeServer {
  readonly url: string;
  readonly kubeconfig: string;
  readonly requests: readonly KubeRequest[];
  close(): Promise<void>;
}

/** Starts a server that answers with what `answer` returns. `asked` is the number of earlier requests of the same path. */
export async function startKubeServer(
  answer: (request: KubeRequest, asked: number) => KubeAnswer,
): Promise<KubeServer> {
  const requests: KubeRequest[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const request = {
        method: incoming.method ?? '',
        path: incoming.url ?? '',
        authorization: incoming.headers.authorization,
        body: text === '' ? undefined : JSON.parse(text),
      };
      const same = requests.filter((one) => one.path === request.path).length;
      requests.push(request);
      const { status, body, headers } = answer(request, same);
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const folder = await mkdtemp(join(tmpdir(), 'kube-server-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, kubeconfigText(url));
  const close = async () => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
    await rm(folder, { recursive: true });
  };
  return { url, kubeconfig, requests, close };
}

/** The answer of an API server that refuses a request. */
export function refusal(code: number, message: string): KubeAnswer {
  return {
    status: code,
    body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, message },
  };
}

function kubeconfigText(url: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [
      { name: 'test-cluster', cluster: { server: url, 'insecure-skip-tls-verify': true } },
    ],
    users: [{ name: 'tester', user: { token: 'secret-token' } }],
    contexts: [{ name: 'test', context: { cluster: 'test-cluster', user: 'tester' } }],
  });
}
