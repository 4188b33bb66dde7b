import { GetObjectCommand } from '@aws-sdk/client-s3';
import { ServiceError } from '../../gateway/query-protocol.ts';
import type { Clients } from '../handlers/clients.ts';

export interface S3Location {
  readonly bucket: string;
  readonly key: string;
  readonly version?: string;
}

/**
 * The S3 object of a TemplateURL in virtual-hosted style (`https://bucket.s3.region.amazonaws.com/key`) or
 * path style (`https://s3.region.amazonaws.com/bucket/key`). Hosts other than S3's, such as a local
 * endpoint, use path style. Undefined if it is neither.
 */
export function s3Location(url: string): S3Location | undefined {
  if (!URL.canParse(url)) return undefined;
  const { hostname, pathname, searchParams } = new URL(url);
  const path = pathname.slice(1).split('/').map(decodeURIComponent);
  const virtual = /^(.+)\.s3[.-]/.exec(hostname);
  const [bucket, ...rest] = virtual === null ? path : [virtual[1], ...path];
  const key = rest.join('/');
  if (bucket === undefined || bucket === '' || key === '') return undefined;
  const version = searchParams.get('versionId');
  return { bucket, key, ...(version === null ? {} : { version }) };
}

/** The largest template in S3, in bytes. */
const OBJECT_LIMIT = 1_000_000;

/** Reads a template from S3 with a GetObject call, as CloudFormation does. */
export async function fetchTemplate(url: string, { s3 }: Clients): Promise<string> {
  const location = s3Location(url);
  if (location === undefined) {
    throw new ServiceError('ValidationError', 'TemplateURL must be a supported URL.');
  }
  const { bucket: Bucket, key: Key, version: VersionId } = location;
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, VersionId }));
    const body = (await Body?.transformToString()) ?? '';
    if (Buffer.byteLength(body) <= OBJECT_LIMIT) return body;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ServiceError('ValidationError', `S3 error: ${reason}`);
  }
  throw new ServiceError(
    'ValidationError',
    `Template may not exceed ${OBJECT_LIMIT} bytes in size.`,
  );
}
