import {
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  type ResponseLaunchTemplateData,
} from '@aws-sdk/client-ec2';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { steadyPacing } from '../../../dev/stand-ins/aws/cloudformation/pacing/pacing.ts';
import { REGION } from '../../../dev/stand-ins/aws/testing/local-aws.ts';
import { fakeNamespaces } from '../../../dev/testing/fakes/fake-namespaces.ts';
import { type JobInAws, startJobInAws } from '../../../dev/testing/programs/job-in-aws.ts';
import { LAB_INPUTS } from '../../../dev/testing/samples/lab-inputs.ts';
import { tryInProcess } from '../testing/provision-in-process.ts';

/** What a node group says of its machines, with the roles of `github-oidc.yaml`. The tests build on each other. */

const OF_EKS =
  '/aws/service/eks/optimized-ami/1.35/amazon-linux-2023/x86_64/standard/recommended/image_id';
const OWN = '/eks-multus-images/nodes';

let job: JobInAws;
let ami: string;
const cluster = fakeNamespaces();

beforeAll(async () => {
  job = await startJobInAws({ pacing: { ...steadyPacing(20), releaseMs: 500 } });
  for (const [name, value] of Object.entries(job.env)) vi.stubEnv(name, value);
  const credentials = { accessKeyId: 'AKIAREHEARSALACCOUNT', secretAccessKey: 'secret' };
  const ssm = new SSMClient({ endpoint: job.aws.endpoint, region: REGION, credentials });
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: OF_EKS }));
  ami = Parameter?.Value ?? '';
  await ssm.send(new PutParameterCommand({ Name: OWN, Type: 'String', Value: ami }));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await job?.stop();
});

function attempt(command: string, fields: string) {
  vi.stubEnv('GITHUB_RUN_ID', crypto.randomUUID());
  const groups = `[{ name: ng1, zone: ap-northeast-2a, min: 1, desired: 1, max: 2, ${fields} }]`;
  const inputs = { ...LAB_INPUTS, ...job.roles, command, 'node-groups': groups, rollout: 'never' };
  return tryInProcess(inputs, { speed: 20, kubernetes: cluster.api });
}

async function run(command: string, fields: string) {
  const { report, failure } = await attempt(command, fields);
  if (failure !== undefined) throw failure;
  return report;
}

/** What the newest version of the group's launch template says. */
async function newest(): Promise<ResponseLaunchTemplateData> {
  const { ec2 } = job.aws.clients;
  const { LaunchTemplateVersions: [version] = [] } = await ec2.send(
    new DescribeLaunchTemplateVersionsCommand({ Versions: ['$Latest'] }),
  );
  if (version?.LaunchTemplateData === undefined) throw new Error('there is no launch template');
  return version.LaunchTemplateData;
}

const FIELDS = [
  `ami: ${OWN}`,
  'volume-type: gp2',
  'detailed-monitoring: true',
  'labels: { team: media }',
  'taints: ["dedicated=media:NoSchedule", "dedicated=media:NoExecute"]',
  'tags: { cost-centre: "4711" }',
  String.raw`user-data: "#!/bin/bash\necho ${'$'}{HOME}\n"`,
].join(', ');

it('makes nodes as the group says', async () => {
  await run('deploy', FIELDS);
  const data = await newest();
  expect(data).toMatchObject({
    ImageId: ami,
    Monitoring: { Enabled: true },
    BlockDeviceMappings: [{ Ebs: { VolumeType: 'gp2', Encrypted: true } }],
  });
  const userData = Buffer.from(data.UserData ?? '', 'base64').toString();
  expect(userData).toContain('\n\n#!/bin/bash\necho ${HOME}\n');
  expect(userData).toContain('readonly own_image=true\n');
  expect(userData).toMatch(/--node-labels=.*,team=media$/m);
  expect(userData).toMatch(
    /^ +- --register-with-taints=dedicated=media:NoSchedule,dedicated=media:NoExecute$/m,
  );
  const volumes = data.TagSpecifications?.find(({ ResourceType }) => ResourceType === 'volume');
  const tag = { Key: 'cost-centre', Value: '4711' };
  expect(volumes?.Tags).toContainEqual(tag);
  const { Reservations = [] } = await job.aws.clients.ec2.send(new DescribeInstancesCommand({}));
  const [instance] = Reservations.flatMap(({ Instances = [] }) => Instances);
  expect(instance?.Tags).toContainEqual(tag);
});

it('says which taints nodes have, and that they leave no room for DNS', async () => {
  const { notes, outputs } = await run('deploy', FIELDS);
  expect(outputs.environment?.nodeGroups[0]?.taints).toEqual([
    'dedicated=media:NoSchedule',
    'dedicated=media:NoExecute',
  ]);
  expect(notes.join('\n')).toContain('has a taint that CoreDNS does not tolerate');
});

it('plans nothing for the same, and new machines for another AMI or name of it', async () => {
  expect((await run('plan', FIELDS)).outputs['has-changes']).toBe(false);
  const { plans } = await run('plan', `ami: ${ami}`);
  const changed = plans.flatMap(({ changes }) => changes.map(({ logicalId }) => logicalId));
  expect(changed).toContain('LaunchTemplate');
});

it('takes the AMI by its id, and goes back to that of EKS', async () => {
  await run('deploy', `ami: ${ami}`);
  expect(await newest()).toMatchObject({ ImageId: ami, Monitoring: { Enabled: false } });
  await run('deploy', 'capacity: on-demand');
  const userData = Buffer.from((await newest()).UserData ?? '', 'base64').toString();
  expect(userData).toContain('readonly own_image=false\n');
  expect(userData).not.toContain('echo ${HOME}');
  expect(userData).not.toContain('register-with-taints');
});

it('has the kubelet register with the startup taint and the own ones by one flag', async () => {
  const report = await run('deploy', 'startup-taint: true, taints: ["dedicated:NoExecute"]');
  const userData = Buffer.from((await newest()).UserData ?? '', 'base64').toString();
  expect(userData.match(/register-with-taints=.*/g)).toEqual([
    'register-with-taints=eks-multus-actions/networks-not-ready=true:NoSchedule,dedicated:NoExecute',
  ]);
  expect(report.outputs.environment?.nodeGroups[0]?.taints).toEqual(['dedicated:NoExecute']);
});

it('reads no parameter elsewhere', async () => {
  const { failure } = await attempt('deploy', 'ami: /golden/nodes');
  expect(String(failure)).toContain('Unable to fetch parameters [/golden/nodes]');
});

it('is refused an AMI that is not there, before anything is made', async () => {
  const groups = `[{ name: ng2, zone: ap-northeast-2a, ami: ami-00000000000000000 }]`;
  const inputs = { ...LAB_INPUTS, ...job.roles, 'node-groups': groups };
  const { failure } = await tryInProcess(inputs, { speed: 20, kubernetes: cluster.api });
  expect(String(failure)).toContain('shows this account no AMI ami-00000000000000000');
});
