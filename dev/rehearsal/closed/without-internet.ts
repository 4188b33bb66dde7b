import { serviceRoleArn } from '../../stand-ins/aws/account.ts';
import { pushImage } from '../../stand-ins/aws/ecr-images.ts';
import { interfacesOf } from '../../stand-ins/vpc/ec2-state.ts';
import { reachesInternet, reachesService } from '../../stand-ins/vpc/reach.ts';
import type { Finding } from '../../tools/table.ts';
import { ACCOUNT, REGION } from '../account-view.ts';
import type { Fixture, Made, Rehearsal } from '../fixtures/fixture.ts';
import { matrixFindings } from '../fixtures/matrix.ts';
import { mirroredImages } from '../suites/suite-images.ts';

const REGISTRY = `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`;
const MIRROR = `${REGISTRY}/mirror`;
const MULTUS = 'eks/multus-cni:v4.1.4-eksbuild.3_thick';
/** By its tag: the copy has another content than the original, whose digest the pack knows. */
const BUSYBOX = 'docker/library/busybox:1.37';
/** What nodes call, and no more. */
const SERVICES = ['ec2', 'ecr.api', 'ecr.dkr', 's3', 'eks-auth'];

/**
 * An environment without internet: endpoints in a VPC of its own, a private API with the runner inside, and images that nodes pull
 * from a registry of the account.
 */
export const withoutInternet: Fixture = {
  about: 'no internet: VPC endpoints, a private API, images from a registry of the account',
  environment: 'eks-multus-private',
  nodes: 2,
  stacks: 2,
  interfaces: 2,
  networks: ['signalling', 'media'],
  images: (tools) => mirroredImages(tools, MIRROR),
  inputs: ({ roleArn, nodes }) => ({
    'availability-zones': `${REGION}a,${REGION}b`,
    'node-groups': JSON.stringify([
      { name: 'ng1', zone: `${REGION}a`, min: 1, desired: nodes, max: nodes },
    ]),
    'cloudformation-role-arn': serviceRoleArn(roleArn),
    networks: '[{ name: signalling, network: 1 }, { name: media, network: 2 }]',
    internet: 'none',
    'image-registry': MIRROR,
    image: `${MIRROR}/${BUSYBOX}`,
    'probe-image': `${MIRROR}/${BUSYBOX}`,
    layout: 'matrix',
  }),
  before: lackImages,
  check: async (made) => [
    ...(await waysFindings(made)),
    await imagesFinding(made),
    ...matrixFindings(made.outputs['report'] ?? '', made.nodes),
  ],
};

/** A plan names each image that the registry lacks, and makes nothing. Then the images are pushed. */
async function lackImages({ inputs, world, progress, found }: Rehearsal): Promise<void> {
  const request = {
    workflow: 'provision.yml',
    name: 'plan-without-images',
    inputs: { ...inputs, 'plan-only': 'true' },
  };
  const ran = await progress.step('plan without images', (note) =>
    world.runner.dispatch(request, note),
  );
  const said = ran.errors.join('\n');
  const named = [MULTUS, BUSYBOX].filter((image) => said.includes(`${MIRROR}/${image}`));
  const stacks = await world.stacks();
  found({
    what: 'Images that are missing',
    found: `${named.join('\n')}\n${stacks.length} stacks made`,
    ok: !ran.succeeded && named.length === 2 && stacks.length === 0,
  });
  const { endpoint } = world.client;
  for (const image of [MULTUS, BUSYBOX]) {
    const [repository = '', tag = ''] = image.split(':');
    await pushImage({ endpoint, region: REGION }, `mirror/${repository}`, tag);
  }
}

/** From no interface of a node does anything lead to the internet; from the primary one to what nodes call. */
async function waysFindings({ world }: Made): Promise<readonly Finding[]> {
  const state = await world.ec2State();
  const nodes = state.instances.map(({ id }) => interfacesOf(state, id));
  const open = nodes.flat().filter((eni) => reachesInternet(state, eni));
  const services = [...SERVICES, 'sts', 'eks'].filter((service) =>
    nodes.every(([primary]) => primary !== undefined && reachesService(state, primary, service)),
  );
  return [
    {
      what: 'Ways to the internet',
      found: `${open.length} of ${nodes.flat().length} interfaces`,
      ok: nodes.length > 0 && open.length === 0,
    },
    {
      what: 'Services within reach of nodes',
      found: services.join(', '),
      ok: services.join() === SERVICES.join(),
    },
  ];
}

/** All images of pods come from the registry of the account. */
async function imagesFinding({ kubectl }: Made): Promise<Finding> {
  const path = '{range .items[*]}{.spec.containers[*].image}{"\\n"}{end}';
  const text = await kubectl('get', 'pods', '--all-namespaces', '-o', `jsonpath=${path}`);
  const images = [...new Set(text.split(/\s+/).filter((image) => image !== ''))];
  return {
    what: 'Images of pods',
    found: images.join('\n'),
    ok: images.length > 0 && images.every((image) => image.startsWith(`${MIRROR}/`)),
  };
}
