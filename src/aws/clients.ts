import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import { proxySettings } from '../github/proxy.ts';
import { type CredentialProvider, renewsCredentials } from './credentials.ts';

export interface ClientSettings {
  readonly region: string;
  readonly credentials: CredentialProvider;
  /** Tells in CloudTrail which run made a call. */
  readonly runId: string;
  /** Hears of each call that is made. */
  readonly onCall?: () => void;
}

export interface AwsClients {
  readonly cloudFormation: CloudFormationClient;
  readonly s3: S3Client;
  readonly sts: STSClient;
}

/** The one place where AWS clients are made. Endpoints come from the SDK's own settings (`AWS_ENDPOINT_URL`). */
export function createClients(settings: ClientSettings): AwsClients {
  const { region, credentials, runId, onCall } = settings;
  const config = {
    region,
    // The SDK would keep credentials for itself until shortly before they expire; ours may be rejected earlier.
    credentials: Object.assign(() => credentials(), { memoized: true }),
    // With every third call going wrong, one call in two million fails after all.
    maxAttempts: 12,
    retryMode: 'adaptive',
    ...proxySettings(),
    customUserAgent: [['eks-multus-actions'], ['run', runId]] as [string, string?][],
  };
  const clients = {
    cloudFormation: new CloudFormationClient(config),
    s3: new S3Client(config),
    sts: new STSClient(config),
  };
  const renewing = renewsCredentials(credentials);
  function aroundCall<Args, Output>(next: Call<Args, Output>, context: CallContext) {
    const call = nameFailedOperation(renewing(next), context);
    return (args: Args) => {
      onCall?.();
      return call(args);
    };
  }
  const first = { step: 'initialize', name: 'aroundCall' } as const;
  clients.cloudFormation.middlewareStack.add(aroundCall, first);
  clients.s3.middlewareStack.add(aroundCall, first);
  clients.sts.middlewareStack.add(aroundCall, first);
  return clients;
}

type Call<Args, Output> = (args: Args) => Promise<Output>;

interface CallContext {
  readonly clientName?: string;
  readonly commandName?: string;
}

/** Notes on an error which call it comes from: the messages of some services do not say. */
function nameFailedOperation<Args, Output>(
  next: Call<Args, Output>,
  { clientName = '', commandName = '' }: CallContext,
): Call<Args, Output> {
  return async (args) => {
    try {
      return await next(args);
    } catch (error) {
      const [service, action] = [
        clientName.replace(/Client$/, ''),
        commandName.replace(/Command$/, ''),
      ];
      if (error instanceof Error) Object.assign(error, { operation: `${service} ${action}` });
      throw error;
    }
  };
}
