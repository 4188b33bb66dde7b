import {
  AttachRolePolicyCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  GetRoleCommand,
  IAMClient,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';

export interface AccountOptions {
  /** The gateway. */
  readonly endpoint: string;
  readonly account: string;
  readonly region: string;
  /** `owner/name` of the repository whose workflows may deploy. */
  readonly repository: string;
}

const ISSUER_HOST = 'token.actions.githubusercontent.com';
const AUDIENCE = 'sts.amazonaws.com';
const ROLE = 'eks-multus-deployer';

/**
 * What an account's owner does once, by hand or with a template: the OIDC provider of GitHub and the
 * role that the workflows of one repository may assume. Safe to repeat. Returns the role's ARN.
 */
export async function prepareAccount(options: AccountOptions): Promise<string> {
  const credentials = { accessKeyId: 'AKIAREHEARSALOWNER00', secretAccessKey: 'owner' };
  const iam = new IAMClient({ endpoint: options.endpoint, region: options.region, credentials });
  await unlessExists(
    iam.send(
      new CreateOpenIDConnectProviderCommand({
        Url: `https://${ISSUER_HOST}`,
        ClientIDList: [AUDIENCE],
        ThumbprintList: ['0'.repeat(40)], // IAM has not used GitHub's since 2023, but wants one
      }),
    ),
  );
  const trust = {
    RoleName: ROLE,
    AssumeRolePolicyDocument: JSON.stringify(trustPolicy(options.account, options.repository)),
  };
  const created = await unlessExists(
    iam.send(new CreateRoleCommand({ ...trust, MaxSessionDuration: 4 * 3600 })),
  );
  if (created === undefined) {
    const PolicyDocument = trust.AssumeRolePolicyDocument;
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: ROLE, PolicyDocument }));
  }
  const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess';
  await iam.send(new AttachRolePolicyCommand({ RoleName: ROLE, PolicyArn }));
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: ROLE }));
  if (Role?.Arn === undefined) throw new Error(`IAM has no role ${ROLE}`);
  return Role.Arn;
}

/** Trust in every workflow of a repository, for tokens that were asked for STS. */
export function trustPolicy(account: string, repository: string): object {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${ISSUER_HOST}` },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: { [`${ISSUER_HOST}:aud`]: AUDIENCE },
          StringLike: { [`${ISSUER_HOST}:sub`]: `repo:${repository}:*` },
        },
      },
    ],
  };
}

async function unlessExists<T>(made: Promise<T>): Promise<T | undefined> {
  try {
    return await made;
  } catch (error) {
    if ((error as Error).name === 'EntityAlreadyExistsException') return undefined;
    throw error;
  }
}
