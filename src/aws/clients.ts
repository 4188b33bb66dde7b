import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import type { CredentialProvider } from './credentials.ts';

export interface ClientSettings {
  readonly region: string;
  readonly credentials: CredentialProvider;
  /** Tells in CloudTrail which run made a call. */
  readonly runId: string;
}

export interface AwsClients {
  readonly cloudFormation: CloudFormationClient;
  readonly s3: S3Client;
  readonly sts: STSClient;
}

/** The one place where AWS clients are made. Endpoints come from the SDK's own settings (`AWS_ENDPOINT_URL`). */
export function createClients({ region, credentials, runId }: ClientSettings): AwsClients {
  const config = {
    region,
    credentials,
    maxAttempts: 8,
    retryMode: 'adaptive',
    customUserAgent: [['eks-multus-actions'], ['run', runId]] as [string, string?][],
  };
  return {
    cloudFormation: new CloudFormationClient(config),
    s3: new S3Client(config),
    sts: new STSClient(config),
  };
}
