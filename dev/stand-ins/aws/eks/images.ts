import { createHash, randomUUID } from 'node:crypto';
import type { AwsCall } from '../gateway/aws-call.ts';
import type { Answer } from '../gateway/gateway.ts';
import { parseQuery, structuresOf, textOf, textsOf } from '../gateway/query-protocol.ts';
import { stringOf, stringsOf } from '../gateway/rest-json.ts';
import { element } from '../gateway/xml.ts';
import { CLUSTER_VERSIONS } from './versions.ts';

const NAME =
  /^\/aws\/service\/eks\/optimized-ami\/(\d\.\d+)\/amazon-linux-2023\/(x86_64|arm64)\/(standard|nvidia|neuron)\/recommended\/(image_id|image_name|release_version)$/;
const ARCHITECTURES = ['x86_64', 'arm64'];
const FLAVOURS = ['standard', 'nvidia', 'neuron'];
const FIRST_RELEASE = '2026-09-01';
/** The account that owns the images: https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id.html */
const OWNER = '602401143452';

/** EKS's images, and the public SSM parameters that recommend the newest ones. moto has none of them. */
export interface EksImages {
  /** Answers calls of SSM and EC2 about them. */
  readonly answer: Answer;
  /** Releases new images, which the parameters recommend from then on. `day` is such as `2026-11-01`. */
  release(day: string): void;
  /** The version of Kubernetes that an image of EKS has in a region; undefined for another image. */
  kubernetesVersion(imageId: string, region: string): string | undefined;
}

/**
 * The ids of images are derived from their names, so they are the same in every run. Leaves out the real image ids, and everything
 * of an image but its name and its date.
 */
export function createEksImages(): EksImages {
  const releases = [FIRST_RELEASE];
  return {
    release: (day) => void releases.push(day),
    kubernetesVersion: (imageId, region) =>
      allImages(region, releases).find(({ id }) => id === imageId)?.version,
    async answer(call) {
      if (call.service === 'ssm' && call.action.startsWith('GetParameter')) {
        return answerParameters(call, releases);
      }
      return call.service === 'ec2' && call.action === 'DescribeImages'
        ? answerImages(call, releases)
        : undefined;
    },
  };
}

function answerParameters({ action, body, region }: AwsCall, releases: readonly string[]) {
  const input = JSON.parse(body.toString('utf8'));
  const name = stringOf(input['Name']);
  const names = name === undefined ? stringsOf(input['Names']) : [name];
  const day = releases.at(-1) ?? FIRST_RELEASE;
  const found = names.flatMap((each) => parameterOf(each, region, day) ?? []);
  const [Parameter] = found;
  if (Parameter === undefined) return undefined;
  const known = new Set(found.map(({ Name }) => Name));
  const InvalidParameters = names.filter((each) => !known.has(each));
  const answer =
    action === 'GetParameter' ? { Parameter } : { Parameters: found, InvalidParameters };
  return {
    status: 200,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify(answer),
  };
}

/** One parameter in the API's form, or undefined when EKS publishes none with that name. */
export function parameterOf(name: string, region: string, day = FIRST_RELEASE) {
  const [, version = '', architecture = '', flavour = '', what] = name.match(NAME) ?? [];
  if (!CLUSTER_VERSIONS.includes(version)) return undefined;
  const image = imageOf({ region, version, architecture, flavour, day });
  const values: Readonly<Record<string, string>> = {
    image_id: image.id,
    image_name: image.name,
    release_version: `${version}.0-${digits(day)}`,
  };
  return {
    Name: name,
    Type: 'String',
    Value: values[what ?? ''],
    Version: 1,
    ARN: `arn:aws:ssm:${region}::parameter${name}`,
    DataType: what === 'image_id' ? 'aws:ec2:image' : 'text',
    LastModifiedDate: Date.parse(day) / 1000,
  };
}

interface Variant {
  readonly region: string;
  readonly version: string;
  readonly architecture: string;
  readonly flavour: string;
  readonly day: string;
}

function imageOf({ architecture, day, flavour, region, version }: Variant) {
  const variant = `${region}/${version}/${architecture}/${flavour}`;
  const key = day === FIRST_RELEASE ? variant : `${variant}/${day}`;
  return {
    id: `ami-${createHash('sha256').update(key).digest('hex').slice(0, 17)}`,
    name: `amazon-eks-node-al2023-${architecture}-${flavour}-${version}-v${digits(day)}`,
    version,
    architecture,
    day,
  };
}

function digits(day: string): string {
  return day.replaceAll('-', '');
}

/** Answers a call for images by their ids, when these are EKS's. moto answers all others. */
function answerImages({ body, region }: AwsCall, releases: readonly string[]) {
  const { params } = parseQuery(body.toString('utf8'));
  const [filter, ...others] = structuresOf(params, 'Filter');
  const filtered =
    filter !== undefined && textOf(filter, 'Name') === 'image-id' && others.length === 0;
  const ids = filtered ? textsOf(filter, 'Value') : textsOf(params, 'ImageId');
  const known = allImages(region, releases).filter(({ id }) => ids.includes(id));
  if (known.length === 0 || (!filtered && known.length < ids.length)) return undefined;
  const items = known.map(({ architecture, day, id, name }) =>
    element('item', {
      imageId: id,
      imageState: 'available',
      imageOwnerId: OWNER,
      isPublic: true,
      architecture,
      imageType: 'machine',
      name,
      creationDate: `${day}T00:00:00.000Z`,
    }),
  );
  const xmlns = 'http://ec2.amazonaws.com/doc/2016-11-15/';
  return {
    status: 200,
    headers: { 'content-type': 'text/xml;charset=UTF-8' },
    body: `<DescribeImagesResponse xmlns="${xmlns}"><requestId>${randomUUID()}</requestId><imagesSet>${items.join('')}</imagesSet></DescribeImagesResponse>`,
  };
}

function allImages(region: string, releases: readonly string[]) {
  return releases.flatMap((day) =>
    CLUSTER_VERSIONS.flatMap((version) =>
      ARCHITECTURES.flatMap((architecture) =>
        FLAVOURS.map((flavour) => imageOf({ region, version, architecture, flavour, day })),
      ),
    ),
  );
}
