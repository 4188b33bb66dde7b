import { createHash } from 'node:crypto';
import type { Answer } from '../gateway/gateway.ts';
import { stringOf, stringsOf } from '../gateway/rest-json.ts';
import { CLUSTER_VERSIONS } from './versions.ts';

const NAME =
  /^\/aws\/service\/eks\/optimized-ami\/(\d\.\d+)\/amazon-linux-2023\/(x86_64|arm64)\/(standard|nvidia|neuron)\/recommended\/(image_id|image_name|release_version)$/;

/**
 * The public SSM parameters that hold the ids of EKS's images; moto has none of them. The ids are derived
 * from the parameter names, so they are the same in every run. Leaves out the real image ids.
 */
export const eksAmiParameters: Answer = async (call) => {
  if (call.service !== 'ssm' || !call.action.startsWith('GetParameter')) return undefined;
  const input = JSON.parse(call.body.toString('utf8'));
  const name = stringOf(input['Name']);
  const names = name === undefined ? stringsOf(input['Names']) : [name];
  const found = names.map((each) => parameterOf(each, call.region));
  if (names.length === 0 || found.some((parameter) => parameter === undefined)) return undefined;
  const [Parameter] = found;
  const body =
    call.action === 'GetParameter' ? { Parameter } : { Parameters: found, InvalidParameters: [] };
  return {
    status: 200,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify(body),
  };
};

const FLAVOURS = ['standard', 'nvidia', 'neuron'];

/** The version of Kubernetes that an image of EKS has in a region; undefined for another image. */
export function kubernetesVersionOf(imageId: string, region: string): string | undefined {
  return CLUSTER_VERSIONS.find((version) =>
    ['x86_64', 'arm64'].some((architecture) =>
      FLAVOURS.some(
        (flavour) => imageIdFor({ version, architecture, flavour }, region) === imageId,
      ),
    ),
  );
}

interface Image {
  readonly version: string;
  readonly architecture: string;
  readonly flavour: string;
}

function imageIdFor({ version, architecture, flavour }: Image, region: string): string {
  const digest = createHash('sha256').update(`${region}/${version}/${architecture}/${flavour}`);
  return `ami-${digest.digest('hex').slice(0, 17)}`;
}

/** One parameter in the API's form, or undefined when EKS publishes none with that name. */
export function parameterOf(name: string, region: string) {
  const [, version = '', architecture = '', flavour = '', what] = name.match(NAME) ?? [];
  if (!CLUSTER_VERSIONS.includes(version)) return undefined;
  const values: Readonly<Record<string, string>> = {
    image_id: imageIdFor({ version, architecture, flavour }, region),
    image_name: `amazon-eks-node-al2023-${architecture}-${flavour}-${version}-v20260901`,
    release_version: `${version}.0-20260901`,
  };
  return {
    Name: name,
    Type: 'String',
    Value: values[what ?? ''],
    Version: 1,
    ARN: `arn:aws:ssm:${region}::parameter${name}`,
    DataType: what === 'image_id' ? 'aws:ec2:image' : 'text',
    LastModifiedDate: Date.UTC(2026, 8, 1) / 1000,
  };
}
