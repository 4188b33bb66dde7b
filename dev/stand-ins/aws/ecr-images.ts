/** Where a stand-in for AWS is. */
interface Place {
  readonly endpoint: string;
  readonly region: string;
}

const CONFIG = 'application/vnd.oci.image.config.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

/**
 * Puts an image into the registry of the account, with its repository, by the calls that a push ends with. ECR then knows the image;
 * its content is nowhere.
 *
 * @throws Error with the answer of the service.
 */
export async function pushImage(place: Place, repository: string, tag: string): Promise<void> {
  const config = { mediaType: CONFIG, digest: 'sha256:1' };
  const manifest = { schemaVersion: 2, mediaType: MANIFEST, config, layers: [] };
  await call(place, 'CreateRepository', { repositoryName: repository });
  const image = { repositoryName: repository, imageTag: tag };
  await call(place, 'PutImage', { ...image, imageManifest: JSON.stringify(manifest) });
}

async function call(
  { endpoint, region }: Place,
  action: string,
  input: Readonly<Record<string, string>>,
): Promise<void> {
  const scope = `owner/20260101/${region}/ecr/aws4_request`;
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AmazonEC2ContainerRegistry_V20150921.${action}`,
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(input),
  });
  if (!answer.ok) throw new Error(`ECR ${action}: ${answer.status} ${await answer.text()}`);
}
