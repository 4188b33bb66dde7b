import type { ConnectInputs } from './inputs.ts';

/** The first argument with which kubectl runs the bundle to get a token. */
export const TOKEN_COMMAND = 'token';
/** The variable by which the kubeconfig tells the bundle for whom and for which cluster to make a token. */
export const TOKEN_VARIABLE = 'EKS_MULTUS_TOKEN_FOR';

/** What a token is made from: a cluster, and the role that the job takes on for it. No secret. */
export interface TokenSettings {
  readonly cluster: string;
  readonly region: string;
  readonly role: ConnectInputs['role'];
}

/** A program that prints a token, as a kubeconfig names it. */
export interface TokenProgram {
  readonly command: string;
  readonly script: string;
}

/**
 * A kubeconfig for kubectl, helm and other clients, as JSON, which is YAML, too. It contains no secret: the clients run
 * `program` whenever they need a token (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins).
 * So later steps may last longer than a token or a session. Pure.
 */
export function kubeconfigText(inputs: ConnectInputs, program: TokenProgram): string {
  const { environment, namespace, role } = inputs;
  const { certificateAuthority, endpoint, name } = environment.cluster;
  const settings: TokenSettings = { cluster: name, region: environment.region, role };
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: program.command,
    args: [program.script, TOKEN_COMMAND],
    env: [{ name: TOKEN_VARIABLE, value: JSON.stringify(settings) }],
    interactiveMode: 'Never',
    provideClusterInfo: false,
  };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name, cluster: { server: endpoint, 'certificate-authority-data': certificateAuthority } },
    ],
    users: [{ name, user: { exec } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace } }],
    'current-context': name,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
