import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Identity } from './server.ts';

export interface ExecPlugin {
  readonly apiVersion?: string | undefined;
  readonly command: string;
  readonly args?: readonly string[] | null | undefined;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null | undefined;
}

/** https://kubernetes.io/docs/reference/config-api/client-authentication.v1 */
const credentialSchema = z.object({
  status: z.object({
    token: z.string().optional(),
    clientCertificateData: z.string().optional(),
    clientKeyData: z.string().optional(),
    expirationTimestamp: z.string().optional(),
  }),
});

/** A credential is replaced when it has less than this left. */
const REFRESH_BEFORE_MS = 60_000;

/** Has a command give credentials, as `aws eks get-token` does, and again whenever they run out. */
export function execPlugin(plugin: ExecPlugin, folder: string): () => Promise<Identity> {
  let known: { readonly identity: Promise<Identity>; until: number } | undefined;
  return () => {
    if (known === undefined || Date.now() > known.until) {
      const asked = { identity: ask(), until: Number.POSITIVE_INFINITY };
      known = asked;
      asked.identity.catch(() => {
        if (known === asked) known = undefined;
      });
    }
    return known.identity;

    async function ask(): Promise<Identity> {
      const { identity, until } = await run(plugin, folder);
      if (known !== undefined) known.until = until;
      return identity;
    }
  };
}

async function run(
  plugin: ExecPlugin,
  folder: string,
): Promise<{ readonly identity: Identity; readonly until: number }> {
  const { command, args, env, apiVersion = 'client.authentication.k8s.io/v1' } = plugin;
  const information = { apiVersion, kind: 'ExecCredential', spec: { interactive: false } };
  const variables = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]));
  const { stdout } = await promisify(execFile)(
    // A path is relative to the kubeconfig; a bare name is looked for in PATH.
    command.includes('/') ? resolve(folder, command) : command,
    [...(args ?? [])],
    {
      timeout: 60_000,
      env: { ...process.env, ...variables, KUBERNETES_EXEC_INFO: JSON.stringify(information) },
    },
  );
  const { status } = credentialSchema.parse(JSON.parse(stdout));
  const { token, clientCertificateData: cert, clientKeyData: key, expirationTimestamp } = status;
  return {
    identity: {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      ...(cert === undefined || key === undefined ? {} : { cert, key }),
    },
    until:
      expirationTimestamp === undefined
        ? Number.POSITIVE_INFINITY
        : Date.parse(expirationTimestamp) - REFRESH_BEFORE_MS,
  };
}
