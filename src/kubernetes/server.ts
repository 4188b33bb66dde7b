import type { RequestOptions } from 'node:https';
import type { CredentialProvider } from '../aws/credentials.ts';
import { tokenSource } from './eks-token.ts';

/** An API server: where it is, and how to be let in. */
export interface Server {
  readonly url: string;
  /** Headers and certificates; asked for before each request, so that nothing depends on a token that may expire. */
  options(): Promise<RequestOptions>;
  /** Connections are made by an agent that is among the options: there is a proxy. */
  readonly proxied: boolean;
}

/** An EKS cluster: what `DescribeCluster` says of it. The certificate authority is base64 of PEM. */
export interface EksAddress {
  readonly kind: 'eks';
  readonly name: string;
  readonly endpoint: string;
  readonly certificateAuthority: string;
  readonly region: string;
}

/** The API server of an EKS cluster, asked as whoever the credentials are. Nothing is sent. */
export function eksServer(address: EksAddress, credentials: CredentialProvider): Server {
  const token = tokenSource(address.name, address.region, credentials);
  const ca = Buffer.from(address.certificateAuthority, 'base64');
  const options = async () => ({ ca, headers: { authorization: `Bearer ${await token()}` } });
  return { url: address.endpoint, options, proxied: false };
}
