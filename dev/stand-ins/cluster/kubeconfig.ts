import { stringify } from 'yaml';
import type { Certificate } from './certificates.ts';

export interface KubeconfigInput {
  readonly server: string;
  /** Path of the PEM file with the server's authority. */
  readonly authority: string;
  /** Undefined for a server that requires no client certificate. */
  readonly client?: Certificate;
}

/** A kubeconfig with one cluster, one user and one context, all certificates by path. */
export function kubeconfig({ server, authority, client }: KubeconfigInput): string {
  const user =
    client === undefined
      ? {}
      : { 'client-certificate': client.certificate, 'client-key': client.key };
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'rehearsal', cluster: { server, 'certificate-authority': authority } }],
    users: [{ name: 'rehearsal', user }],
    contexts: [{ name: 'rehearsal', context: { cluster: 'rehearsal', user: 'rehearsal' } }],
    'current-context': 'rehearsal',
  });
}
