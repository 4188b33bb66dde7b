import { copyFile, mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type Service, startService } from '../../tools/process.ts';
import type { AccessEntry } from '../aws/eks/eks.ts';
import { dynamicFile } from './access-entries.ts';
import type { Certificate } from './certificates.ts';
import { kubeconfig } from './kubeconfig.ts';
import type { ControlPlaneTools } from './tools.ts';

export interface AuthenticatorFiles {
  readonly port: number;
  /** Kubeconfig for the API server's token webhook. */
  readonly webhook: string;
  readonly stateDir: string;
  readonly config: string;
  readonly accessEntries: string;
}

/**
 * Writes the files that the API server and the authenticator read, before either starts. With the certificate
 * and the webhook kubeconfig in place, neither waits for the other.
 */
export async function prepareAuthenticator(
  dir: string,
  clusterName: string,
  certificate: Certificate,
  port: number,
): Promise<AuthenticatorFiles> {
  const files: AuthenticatorFiles = {
    port,
    webhook: join(dir, 'webhook.kubeconfig'),
    stateDir: join(dir, 'state'),
    config: join(dir, 'authenticator.yaml'),
    accessEntries: join(dir, 'access-entries.json'),
  };
  await mkdir(files.stateDir, { recursive: true });
  const server = `https://127.0.0.1:${port}/authenticate`;
  await Promise.all([
    copyFile(certificate.certificate, join(files.stateDir, 'cert.pem')),
    copyFile(certificate.key, join(files.stateDir, 'key.pem')),
    writeFile(
      files.webhook,
      kubeconfig({ server, authority: join(certificate.certificate, '..', 'ca.crt') }),
    ),
    writeFile(
      files.config,
      stringify({
        clusterID: clusterName,
        server: { port, dynamicfilepath: files.accessEntries, kubeconfigPregenerated: true },
      }),
    ),
    writeFile(files.accessEntries, dynamicFile([], 0, new Date())),
  ]);
  return files;
}

export interface AuthenticatorOptions {
  readonly tools: ControlPlaneTools;
  readonly files: AuthenticatorFiles;
  readonly kubeconfig: string;
  readonly logDir: string;
  readonly region: string;
  readonly gatewayUrl: string;
  readonly stsProxy: { readonly url: string; readonly authority: string };
  /** The address of the API server, which must not go through the proxy. */
  readonly apiAddress: string;
}

/** Starts aws-iam-authenticator. An access entry takes precedence over a row of aws-auth, as in EKS. */
export function startAuthenticator(options: AuthenticatorOptions): Service {
  const { files } = options;
  return startService(
    'aws-iam-authenticator',
    join(options.tools.bin, 'aws-iam-authenticator'),
    [
      'server',
      '--config',
      files.config,
      '--backend-mode',
      'DynamicFile,EKSConfigMap',
      '--kubeconfig',
      options.kubeconfig,
      '--state-dir',
      files.stateDir,
      '--generate-kubeconfig',
      files.webhook,
      '--address',
      '127.0.0.1',
    ],
    {
      log: join(options.logDir, 'authenticator.log'),
      env: {
        PATH: process.env['PATH'],
        AWS_REGION: options.region,
        AWS_ENDPOINT_URL: options.gatewayUrl,
        AWS_ACCESS_KEY_ID: 'eks-authenticator',
        AWS_SECRET_ACCESS_KEY: 'eks-authenticator',
        AWS_EC2_METADATA_DISABLED: 'true',
        HTTPS_PROXY: options.stsProxy.url,
        NO_PROXY: `127.0.0.1,${options.apiAddress}`,
        SSL_CERT_FILE: options.stsProxy.authority,
      },
    },
  );
}

/**
 * Replaces the access entries of a running authenticator. It watches the file and reads it at the
 * first event, so the new text must appear in one write: never shorter than the old one, padded with
 * white space, which JSON allows.
 */
export async function writeAccessEntries(
  path: string,
  entries: readonly AccessEntry[],
  version: number,
): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    await file.write(dynamicFile(entries, version, new Date()).padEnd(size), 0);
  } finally {
    await file.close();
  }
}
