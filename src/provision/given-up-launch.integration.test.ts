import { setTimeout } from 'node:timers/promises';
import {
  CreateNetworkInterfaceCommand,
  DescribeNetworkInterfacesCommand,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { prepareAccount } from '../../rehearsal/aws/account.ts';
import { type Step, steadyPacing } from '../../rehearsal/aws/cloudformation/pacing.ts';
import { freePort } from '../../rehearsal/aws/testing/local-aws.ts';
import { startTestAws, type TestAws } from '../../rehearsal/aws/testing/stand-in.ts';
import { GITHUB_ISSUER, type OidcIssuer, startOidcIssuer } from '../../rehearsal/github/oidc.ts';
import { environmentSchema } from '../environment/environment.ts';
import { LAB_INPUTS } from '../testing/lab-inputs.ts';
import { runProvisionAtSpeed } from '../testing/run-bundle.ts';

const REGION = 'ap-northeast-2';
const SPEED = 20;
/** How long CloudFormation waits for the group here: long enough for the hook to give up an instance. */
const READY_MS = 30_000;
/** A group takes its time to go, as on AWS: the hook's log, which goes after it, is there when the action asks. */
const before = ({ kind, type }: Step) =>
  setTimeout(kind === 'delete' && type === 'AWS::AutoScaling::AutoScalingGroup' ? 4_000 : 20);

let issuer: OidcIssuer;
let aws: TestAws;
let role: string;

beforeAll(async () => {
  const job = { repository: 'o/r', ref: 'refs/heads/main', workflow: '.github/workflows/p.yml' };
  issuer = await startOidcIssuer(await freePort(), job);
  aws = await startTestAws({
    jwksUrls: { [GITHUB_ISSUER]: issuer.jwksUrl },
    pacing: { ...steadyPacing(20), before, readyMs: READY_MS },
  });
  const account = { endpoint: aws.endpoint, account: '123456789012', region: REGION };
  role = await prepareAccount({ ...account, repository: 'o/r' });
});
afterAll(async () => {
  await aws?.stop();
  await issuer?.stop();
});

const group = (name: string, desired: number) =>
  `{ name: ${name}, zone: ap-northeast-2a, min: 0, desired: ${desired}, max: 2 }`;

function deploy(groups: string) {
  return runProvisionAtSpeed(
    SPEED,
    { ...LAB_INPUTS, 'role-to-assume': role, 'node-groups': groups },
    {
      AWS_ENDPOINT_URL: aws.endpoint,
      ACTIONS_ID_TOKEN_REQUEST_URL: issuer.requestUrl,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: issuer.requestToken,
      GITHUB_REPOSITORY: 'o/r',
      GITHUB_RUN_ID: crypto.randomUUID(),
    },
  );
}

const BLOCKS = 16;

/** Somebody else has an address in each block of sixteen, so that there is room for addresses, but for no prefix. */
async function scatterAddresses(SubnetId: string, network: string): Promise<void> {
  for (let block = 0; block < BLOCKS; block += 1) {
    const PrivateIpAddress = `${network}.${block * 16 + 9}`;
    await aws.clients.ec2.send(new CreateNetworkInterfaceCommand({ SubnetId, PrivateIpAddress }));
  }
}

async function interfacesIn(subnetId: string): Promise<number> {
  const Filters = [{ Name: 'subnet-id', Values: [subnetId] }];
  const { NetworkInterfaces = [] } = await aws.clients.ec2.send(
    new DescribeNetworkInterfacesCommand({ Filters }),
  );
  return NetworkInterfaces.length;
}

it('says why the launch hook gave up instances, and leaves nothing of them, when a subnet has no prefix left', async () => {
  const before = await deploy(`[${group('ng1', 0)}]`);
  expect(before.errors, before.log).toEqual([]);
  const { networks } = environmentSchema.parse(JSON.parse(before.outputs['environment'] ?? ''));
  const [first = '', second = ''] = networks.map(({ subnets }) => subnets[0]?.id ?? '');
  await scatterAddresses(second, '10.0.6');

  const failed = await deploy(`[${group('ng1', 0)}, ${group('ng2', 1)}]`);
  expect(failed.exitCode, failed.log).toBe(1);
  expect(failed.errors).toEqual([
    expect.stringMatching(
      /ng2: AutoScalingGroup .*launch hook gave up .*the latest i-\w+, as it cannot attach the interfaces: InsufficientCidrBlocks/s,
    ),
  ]);
  expect(failed.summary).toContain('| eks-multus-cluster-ng2 | failed |');
  expect(await interfacesIn(first)).toBe(0);
  expect(await interfacesIn(second)).toBe(BLOCKS);
  expect(aws.poweredOn).toEqual([]);
});
