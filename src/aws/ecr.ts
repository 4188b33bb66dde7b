import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCaller } from './clients.ts';

/** An image in a registry of ECR. */
export interface EcrImage {
  /** The account of the registry. */
  readonly registryId: string;
  readonly region: string;
  readonly repository: string;
  readonly tag: string;
  /** Asked for in place of the tag, where it is known. */
  readonly digest: string | undefined;
}

/** The host of a registry of ECR: https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html */
const HOST = /^(?<registryId>\d{12})\.dkr\.ecr\.(?<region>[a-z\d-]+)\.amazonaws\.com(\.cn)?$/;

/** The account and the region of a registry, by its host; undefined for one that is not of ECR. Pure. */
export function ecrRegistry(
  host: string,
): { readonly registryId: string; readonly region: string } | undefined {
  const { registryId, region } = HOST.exec(host)?.groups ?? {};
  return registryId === undefined || region === undefined ? undefined : { registryId, region };
}

/** What ECR says of an image or a repository that it does not have. */
const MISSING = /^(ImageNotFound|RepositoryNotFound)Exception$/;
const TIMEOUT_MS = 15_000;

/**
 * Asks ECR for the digest of an image (DescribeImages). Signs the call itself: a client of the SDK would be a tenth of the bundle, for one
 * call.
 *
 * @returns the digest; undefined when there is no such image.
 * @throws Error with the name of the service's error, such as `AccessDeniedException`.
 */
export async function ecrDigest(caller: AwsCaller, image: EcrImage): Promise<string | undefined> {
  const { registryId, repository, tag, digest } = image;
  const answer = await call(caller, image.region, {
    registryId,
    repositoryName: repository,
    imageIds: [digest === undefined ? { imageTag: tag } : { imageDigest: digest }],
  });
  const body = (await answer.json()) as DescribedImages & ServiceFault;
  if (answer.ok) return body.imageDetails?.[0]?.imageDigest;
  const name = (body.__type ?? '').replace(/^.*#/, '') || `status ${answer.status}`;
  if (MISSING.test(name)) return undefined;
  const error = new Error(body.message ?? body.Message ?? name);
  throw Object.assign(error, { name, operation: 'ECR DescribeImages' });
}

interface DescribedImages {
  readonly imageDetails?: readonly { readonly imageDigest?: string }[];
}

/** AWS writes the message of a fault in both ways. */
interface ServiceFault {
  readonly __type?: string;
  readonly message?: string;
  readonly Message?: string;
}

async function call(
  { credentials }: AwsCaller,
  region: string,
  input: Readonly<Record<string, unknown>>,
): Promise<Response> {
  const url = new URL(endpointOf(region));
  const signer = new SignatureV4({
    service: 'ecr',
    region,
    credentials: await credentials(),
    sha256: Hash.bind(null, 'sha256'),
  });
  const { method, headers, body } = await signer.sign({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    path: '/',
    headers: {
      host: url.host,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.DescribeImages',
    },
    body: JSON.stringify(input),
  });
  return fetch(url, { method, headers, body, signal: AbortSignal.timeout(TIMEOUT_MS) });
}

/** The variables that the SDK's clients obey, too. */
function endpointOf(region: string): string {
  const { AWS_ENDPOINT_URL_ECR, AWS_ENDPOINT_URL } = process.env;
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return AWS_ENDPOINT_URL_ECR || AWS_ENDPOINT_URL || `https://api.ecr.${region}.${domain}`;
}
