import { type CredentialProvider, renewsCredentials } from './credentials.ts';
import { connectionSettings } from './request-handler.ts';
import type { Timeouts } from './timeouts.ts';

/** Where, as whom and for which run an action calls AWS. */
export interface AwsCaller {
  readonly region: string;
  readonly credentials: CredentialProvider;
  /** The user agent names it, so that CloudTrail shows which run made a call. */
  readonly runId: string;
  /** Called before each call that a client makes. */
  readonly onCall?: () => void;
  /** How often a call is made at most. Once, where a second call would do more than the first. */
  readonly attempts?: number;
}

/**
 * Creates an SDK client of any service. It takes the proxy of the environment, times out, backs off and retries, renews
 * an expired session, and names the failed operation in its errors. Endpoints come from the SDK's own settings
 * (`AWS_ENDPOINT_URL`).
 */
export function createClient<Client extends SdkClient>(
  Service: new (config: ClientConfig) => Client,
  caller: AwsCaller,
  timeouts?: Timeouts,
): Client {
  const { region, credentials, runId, onCall, attempts = 12 } = caller;
  const client = new Service({
    region,
    // The SDK would keep credentials for itself until shortly before they expire; ours may be rejected earlier.
    credentials: Object.assign(() => credentials(), { memoized: true }),
    // With every third call going wrong, one call in two million fails after all.
    maxAttempts: attempts,
    retryMode: 'adaptive',
    ...connectionSettings(timeouts),
    customUserAgent: [['eks-multus-actions'], ['run', runId]],
  });
  const renewing = renewsCredentials(credentials);
  function aroundCall<Args, Output>(next: Call<Args, Output>, context: CallContext) {
    const call = nameFailedOperation(renewing(next), context);
    return (args: Args) => {
      onCall?.();
      return call(args);
    };
  }
  client.middlewareStack.add(aroundCall, { step: 'initialize', name: 'aroundCall' });
  return client;
}

type ClientConfig = ReturnType<typeof connectionSettings> & {
  readonly region: string;
  readonly credentials: CredentialProvider;
  readonly maxAttempts: number;
  readonly retryMode: string;
  readonly customUserAgent: [string, string?][];
};

/** What all clients of the SDK have in common. */
interface SdkClient {
  readonly middlewareStack: {
    add(
      middleware: Middleware,
      options: { readonly step: 'initialize'; readonly name: string },
    ): void;
  };
}

type Middleware = <Args, Output>(
  next: Call<Args, Output>,
  context: CallContext,
) => Call<Args, Output>;

type Call<Args, Output> = (args: Args) => Promise<Output>;

interface CallContext {
  readonly clientName?: string;
  readonly commandName?: string;
}

/** Adds to an error which call it comes from: the messages of some services do not say. */
function nameFailedOperation<Args, Output>(
  next: Call<Args, Output>,
  { clientName = '', commandName = '' }: CallContext,
): Call<Args, Output> {
  return async (args) => {
    try {
      return await next(args);
    } catch (error) {
      const service = clientName.replace(/Client$/, '');
      const action = commandName.replace(/Command$/, '');
      if (error instanceof Error) Object.assign(error, { operation: `${service} ${action}` });
      throw error;
    }
  };
}
