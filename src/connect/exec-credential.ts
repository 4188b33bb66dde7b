import { credentialProvider } from '../aws/credentials.ts';
import { idToken } from '../github/id-token.ts';
import { mask } from '../github/mask.ts';
import { eksToken } from '../kubernetes/eks-token.ts';
import type { TokenSettings } from './kubeconfig-file.ts';

/** EKS takes a token for 15 minutes after its date. */
const LIFETIME_MS = 14 * 60_000;

/**
 * The answer to a Kubernetes client that asks for credentials: a masked token of the job's role, as an ExecCredential
 * in JSON. The client keeps it until it expires.
 *
 * @throws CloudError when the job cannot take on the role.
 */
export async function execCredential(settings: TokenSettings, now: Date): Promise<string> {
  const { cluster, region, role } = settings;
  const request = { region, ...role, sessionName: 'eks-multus-connect' };
  const credentials = await credentialProvider(request, { idToken, mask })();
  const token = await eksToken({ cluster, region, credentials, now });
  mask(token);
  return JSON.stringify({
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: { token, expirationTimestamp: new Date(now.getTime() + LIFETIME_MS).toISOString() },
  });
}
