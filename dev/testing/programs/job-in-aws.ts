import { prepareAccount, serviceRoleArn } from '../../stand-ins/aws/account.ts';
import { REGION } from '../../stand-ins/aws/testing/local-aws.ts';
import {
  startTestAws,
  type TestAws,
  type TestAwsOptions,
} from '../../stand-ins/aws/testing/stand-in.ts';
import { GITHUB_ISSUER, type OidcIssuer, startOidcIssuer } from '../../stand-ins/github/oidc.ts';

const JOB = { repository: 'o/r', ref: 'refs/heads/main', workflow: '.github/workflows/p.yml' };

/** A job of GitHub Actions, and an account in AWS that trusts it. */
export interface JobInAws {
  readonly aws: TestAws;
  readonly issuer: OidcIssuer;
  /** The role that the job may assume. */
  readonly role: string;
  /** The inputs of provision with this role, and with the one that CloudFormation works with. */
  readonly roles: Readonly<Record<'role-to-assume' | 'cloudformation-role-arn', string>>;
  /** What the job's steps have in their environment, but for the run's id. */
  readonly env: NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

/** Starts the issuer of the job's ID tokens and the account, with the roles of `cfn/github-oidc.yaml`. */
export async function startJobInAws(options: TestAwsOptions = {}): Promise<JobInAws> {
  const issuer = await startOidcIssuer(0, JOB);
  const aws = await startTestAws({ jwksUrls: { [GITHUB_ISSUER]: issuer.jwksUrl }, ...options });
  const account = { endpoint: aws.endpoint, account: '123456789012', region: REGION };
  const role = await prepareAccount({ ...account, repository: JOB.repository });
  const roles = { 'role-to-assume': role, 'cloudformation-role-arn': serviceRoleArn(role) };
  const env = {
    AWS_ENDPOINT_URL: aws.endpoint,
    ACTIONS_ID_TOKEN_REQUEST_URL: issuer.requestUrl,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: issuer.requestToken,
    GITHUB_REPOSITORY: JOB.repository,
  };
  const stop = async () => {
    await aws.stop();
    await issuer.stop();
  };
  return { aws, issuer, role, roles, env, stop };
}
