import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  IAMClient,
} from '@aws-sdk/client-iam';

/** How the owner of an AWS account calls it. */
export interface AwsAccount {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export interface User {
  /** The environment in which `aws` is this user. */
  readonly env: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

/** Makes an IAM user with an access key. */
export async function makeUser(account: AwsAccount, name: string): Promise<User> {
  const iam = new IAMClient(account);
  await iam.send(new CreateUserCommand({ UserName: name }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }));
  const { AccessKeyId = '', SecretAccessKey = '' } = AccessKey ?? {};
  return {
    env: {
      AWS_ENDPOINT_URL: account.endpoint,
      AWS_ACCESS_KEY_ID: AccessKeyId,
      AWS_SECRET_ACCESS_KEY: SecretAccessKey,
    },
    async remove() {
      await iam.send(new DeleteAccessKeyCommand({ UserName: name, AccessKeyId }));
      await iam.send(new DeleteUserCommand({ UserName: name }));
    },
  };
}
