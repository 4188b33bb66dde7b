import { createHash } from 'node:crypto';
import { type ImageReference, wanted } from './reference.ts';

/** The lists of images for several platforms come first: a digest of one of these fits every node. */
const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');
const TIMEOUT_MS = 30_000;

/**
 * Asks an image's registry for the digest of the image, without credentials
 * (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests). Computes the digest from the
 * manifest instead of believing the registry's header, and compares both.
 *
 * @returns the digest; undefined when the registry has no such image.
 * @throws Error that names the image and the registry's answer.
 */
export async function manifestDigest(image: ImageReference): Promise<string | undefined> {
  const { registry, repository } = image;
  const name = `${registry}/${repository}:${wanted(image)}`;
  const url = `${originOf(registry)}/v2/${repository}/manifests/${wanted(image)}`;
  const first = await get(url);
  const challenge = first.headers.get('www-authenticate');
  const answer =
    first.status === 401 && challenge !== null ? await get(url, await tokenFor(challenge)) : first;
  if (answer.status === 404) return undefined;
  if (!answer.ok) throw new Error(`${name}: the registry answers ${answer.status}`);
  const manifest = Buffer.from(await answer.arrayBuffer());
  const digest = `sha256:${createHash('sha256').update(manifest).digest('hex')}`;
  const said = answer.headers.get('docker-content-digest') ?? digest;
  if (said === digest) return digest;
  throw new Error(`${name}: the registry says ${said}, but its manifest has ${digest}`);
}

/** Docker's own name leads to a host of another name. A registry on this machine speaks no TLS. */
function originOf(registry: string): string {
  if (registry === 'docker.io') return 'https://registry-1.docker.io';
  return /^(127\.0\.0\.1|localhost)(:|$)/.test(registry)
    ? `http://${registry}`
    : `https://${registry}`;
}

/** A token for whoever has no account, from the server that the registry names (`Bearer realm="…",service="…",scope="…"`). */
async function tokenFor(challenge: string): Promise<string> {
  const fields = Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  );
  const { realm, ...query } = fields;
  if (!/^Bearer /i.test(challenge) || realm === undefined)
    throw new Error(`the registry wants credentials: ${challenge}`);
  const answer = await get(`${realm}?${new URLSearchParams(query)}`);
  const { token, access_token: other } = (await answer.json()) as {
    readonly token?: string;
    readonly access_token?: string;
  };
  const given = token ?? other;
  if (given === undefined) throw new Error(`${realm} gives no token (${answer.status})`);
  return given;
}

function get(url: string, token?: string): Promise<Response> {
  const headers = {
    accept: ACCEPT,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  return fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
}
