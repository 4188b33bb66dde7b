import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

/** The credentials of the stand-in's own calls. The access key tells them from others in the log of requests. */
export const OWN_CREDENTIALS = {
  accessKeyId: 'AKIAREHEARSALSERVICE',
  secretAccessKey: 'service',
} as const;

/** A session behind an access key. */
export interface Session {
  /** `arn:aws:sts::…:assumed-role/NAME/SESSION`, or the ARN of a user. */
  readonly arn: string;
  /** The name of its role; undefined for a user. */
  readonly role: string | undefined;
}

/** Asks STS at this endpoint, which does not check secrets here, whose an access key is. */
export async function sessionOf(
  sts: { readonly endpoint: string; readonly region: string },
  accessKeyId: string,
): Promise<Session> {
  const client = new STSClient({
    ...sts,
    credentials: { accessKeyId, secretAccessKey: 'unchecked' },
  });
  const { Arn: arn = '' } = await client.send(new GetCallerIdentityCommand({}));
  return { arn, role: /:assumed-role\/([^/]+)\//.exec(arn)?.[1] };
}
