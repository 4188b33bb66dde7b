import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  GetOpenIDConnectProviderCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { DescribeKeyCommand } from '@aws-sdk/client-kms';
import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  GetCallerIdentityCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { prepareAccount } from '../../../stand-ins/aws/account.ts';
import { REGION } from '../../../stand-ins/aws/testing/local-aws.ts';
import type { Provocations, World } from './world.ts';

const iam = ({ clients }: World) => clients.iam;
const TRUST = JSON.stringify({ Version: '2012-10-17', Statement: [] });

const roles = new WeakMap<World, Promise<string>>();

/** The account with GitHub's identity provider and a role that trusts one repository. */
function deployer(world: World): Promise<string> {
  const owner = { endpoint: world.aws.endpoint, region: REGION, account: '123456789012' };
  const found = roles.get(world) ?? prepareAccount({ ...owner, repository: 'acme/lab' });
  roles.set(world, found);
  return found;
}

interface Asked {
  readonly aud?: string;
  readonly iss?: string;
  readonly role?: string;
  readonly seconds?: number;
}

async function assume(world: World, { role, seconds = 3600, ...claims }: Asked = {}) {
  const RoleArn = role ?? (await deployer(world));
  const WebIdentityToken = await world.token(claims);
  const request = { RoleArn, RoleSessionName: 'facts', WebIdentityToken, DurationSeconds: seconds };
  return world.clients.sts.send(new AssumeRoleWithWebIdentityCommand(request));
}

/** How to provoke the answers of STS. */
export const STS: Provocations = {
  'provider-absent': (world) => assume(world, { iss: 'https://issuer.example.com' }),
  'audience-wrong': async (world) => {
    await deployer(world);
    return assume(world, { aud: 'somebody' });
  },
  'token-not-trusted': async (world) => {
    await deployer(world);
    return assume(world, { role: 'arn:aws:iam::123456789012:role/nobody' });
  },
  'duration-too-long': (world) => assume(world, { seconds: 43_200 }),
  'chained-role-refused': ({ denied }) => {
    const role = { RoleArn: 'arn:aws:iam::123456789012:role/r', RoleSessionName: 'facts' };
    return denied.sts.send(new AssumeRoleCommand(role));
  },
  'session-arn': async (world) => {
    const { Credentials } = await assume(world);
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
    const credentials = {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
    };
    const sts = new STSClient({ endpoint: world.aws.endpoint, region: REGION, credentials });
    return sts.send(new GetCallerIdentityCommand({}));
  },
  'session-ended': ({ ended }) => ended.sts.send(new GetCallerIdentityCommand({})),
};

/** How to provoke the answers of IAM and KMS. */
export const IAM_AND_KMS: Provocations = {
  'provider-unknown': (world) =>
    iam(world).send(
      new GetOpenIDConnectProviderCommand({
        OpenIDConnectProviderArn: 'arn:aws:iam::123456789012:oidc-provider/nobody.example.com',
      }),
    ),
  'role-in-use': async (world) => {
    const RoleName = 'facts-used';
    await iam(world).send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST }));
    const policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'ec2:DescribeVpcs', Resource: '*' }],
    });
    const inline = { RoleName, PolicyName: 'p', PolicyDocument: policy };
    await iam(world).send(new PutRolePolicyCommand(inline));
    return iam(world).send(new DeleteRoleCommand({ RoleName }));
  },
  'policy-not-attachable': async (world) => {
    const RoleName = 'facts-plain';
    await iam(world).send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST }));
    const PolicyArn = 'arn:aws:iam::aws:policy/Nobody';
    return iam(world).send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
  },
  'kms-denied': ({ denied }) => denied.kms.send(new DescribeKeyCommand({ KeyId: 'k' })),
  'key-unknown': ({ clients }) =>
    clients.kms.send(
      new DescribeKeyCommand({
        KeyId: 'arn:aws:kms:ap-northeast-2:123456789012:key/00000000-0000-4000-8000-000000000000',
      }),
    ),
};
