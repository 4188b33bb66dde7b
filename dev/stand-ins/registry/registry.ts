import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type Blob, ociImage, type RegistryImage } from './oci-image.ts';

/** The port that the nodes' containerd asks, see `etc/containerd/certs.d` of their disk. */
export const REGISTRY_PORT = 5000;

export interface Registry {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * What becomes of a request: it is answered, gets no answer because nothing leads to the registry, or is refused because the node could
 * get no token.
 */
export type Passage = 'open' | 'silent' | 'no token';

interface RegistryOptions {
  readonly host: string;
  readonly port: number;
  /**
   * Decides about a request by its source address, the registry that it means, and whether it asks for a layer. Without it, all are
   * answered.
   */
  readonly passage?: (request: PullRequest) => Promise<Passage>;
  /** How long a request without an answer stays open: containerd gives up a connection after half a minute. */
  readonly silenceMs?: number;
}

/** A request of a node's containerd. */
export interface PullRequest {
  readonly source: string;
  /** Such as `ghcr.io`. */
  readonly registry: string;
  readonly isLayer: boolean;
}

const SILENCE_MS = 30_000;

/**
 * Stands in for all container registries at once: containerd names the registry that it means in the parameter `ns`. Answers as the
 * OCI distribution specification says, for pulls only. An image that is not in the list is not found.
 */
export async function startRegistry(
  images: readonly RegistryImage[],
  { host, port, passage = async () => 'open', silenceMs = SILENCE_MS }: RegistryOptions,
): Promise<Registry> {
  const content = await contentOf(images);
  const server = createServer((request, response) => {
    void passage(pullOf(request)).then(async (decided) => {
      if (decided === 'open') return answer(request, response, content);
      if (decided === 'no token') return refuse(response);
      await delay(silenceMs, undefined, { ref: false });
      request.destroy();
    });
  });
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    stop: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

/** Blobs by their digest, and manifests by the names of their images. */
type Content = ReadonlyMap<string, Blob>;

async function contentOf(images: readonly RegistryImage[]): Promise<Content> {
  const content = new Map<string, Blob>();
  for (const image of images) {
    const { manifest, blobs } = await ociImage(image);
    for (const blob of [manifest, ...blobs]) content.set(blob.digest, blob);
    for (const name of image.names) content.set(name, manifest);
  }
  return content;
}

/** `/v2/<repository>/manifests/<tag or digest>` and `/v2/<repository>/blobs/<digest>`. */
const PATH = /^\/v2\/(?<repository>.+)\/(?<kind>manifests|blobs)\/(?<reference>[^/]+)$/;

function pullOf({ url = '/', socket }: IncomingMessage): PullRequest {
  const { pathname, searchParams } = new URL(url, 'http://registry');
  return {
    source: socket.remoteAddress ?? '',
    registry: searchParams.get('ns') ?? '',
    isLayer: PATH.exec(pathname)?.groups?.['kind'] === 'blobs',
  };
}

/** What ECR answers to whoever shows no token. */
function refuse(response: ServerResponse): void {
  response.writeHead(401, { 'www-authenticate': 'Basic realm="ECR",service="ecr.amazonaws.com"' });
  response.end('Not Authorized');
}

function answer(request: IncomingMessage, response: ServerResponse, content: Content): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405).end();
    return;
  }
  const url = new URL(request.url ?? '/', 'http://registry');
  if (url.pathname === '/v2/') {
    response.writeHead(200).end();
    return;
  }
  const { repository = '', reference = '' } = PATH.exec(url.pathname)?.groups ?? {};
  const registry = url.searchParams.get('ns') ?? '';
  const found = content.get(reference) ?? content.get(`${registry}/${repository}:${reference}`);
  if (found === undefined) {
    const problem = {
      code: 'NAME_UNKNOWN',
      message: `no ${reference} of ${registry}/${repository}`,
    };
    response.writeHead(404, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ errors: [problem] }));
    return;
  }
  response.writeHead(200, {
    'content-type': found.mediaType,
    'content-length': found.content.length,
    'docker-content-digest': found.digest,
  });
  response.end(request.method === 'HEAD' ? undefined : found.content);
}
