import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { execPlugin } from './exec-plugin.ts';
import type { Identity, Server } from './server.ts';

/** https://kubernetes.io/docs/reference/config-api/kubeconfig.v1 */
const clusterSchema = z.object({
  server: z.string(),
  'certificate-authority': z.string().optional(),
  'certificate-authority-data': z.string().optional(),
  'insecure-skip-tls-verify': z.boolean().optional(),
  'tls-server-name': z.string().optional(),
  'proxy-url': z.string().optional(),
});
const userSchema = z.object({
  token: z.string().optional(),
  tokenFile: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  as: z.string().optional(),
  'client-certificate': z.string().optional(),
  'client-certificate-data': z.string().optional(),
  'client-key': z.string().optional(),
  'client-key-data': z.string().optional(),
  'auth-provider': z.unknown().optional(),
  exec: z
    .object({
      apiVersion: z.string().optional(),
      command: z.string(),
      args: z.array(z.string()).nullish(),
      env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
    })
    .optional(),
});
const named = <Schema extends z.ZodType, Key extends string>(key: Key, schema: Schema) =>
  z.array(
    z.looseObject({ name: z.string(), [key]: schema } as { name: z.ZodString } & Record<
      Key,
      Schema
    >),
  );
const schema = z.object({
  'current-context': z.string(),
  clusters: named('cluster', clusterSchema),
  users: named('user', userSchema.nullish()),
  contexts: named('context', z.object({ cluster: z.string(), user: z.string() })),
});

type Cluster = z.output<typeof clusterSchema>;
type User = z.output<typeof userSchema>;

/**
 * The API server that the current context of a kubeconfig file leads to. Files that it names are relative to it.
 *
 * @throws Error that says what is wrong with the file.
 */
export function readKubeconfig(path: string): Server {
  const config = read(path);
  const context = find(config.contexts, config['current-context'])?.context;
  const cluster = find(config.clusters, context?.cluster)?.cluster;
  const user = find(config.users, context?.user);
  if (context === undefined || cluster === undefined || user === undefined) {
    throw new Error('it has no usable current context');
  }
  if (cluster['proxy-url'] !== undefined) throw new Error('proxy-url is not supported');
  const folder = dirname(path);
  return {
    cluster: context.cluster,
    url: cluster.server,
    tls: tlsOf(cluster, folder),
    identity: identityOf(user.user ?? {}, folder),
  };
}

function read(path: string): z.output<typeof schema> {
  const result = schema.safeParse(parse(readFileSync(path, 'utf8')));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Error(`${issue?.path.join('.')}: ${issue?.message}`);
}

function find<Item extends { readonly name: string }>(items: readonly Item[], name?: string) {
  return items.find((item) => item.name === name);
}

function tlsOf(cluster: Cluster, folder: string): Server['tls'] {
  const ca = pem(cluster['certificate-authority-data'], cluster['certificate-authority'], folder);
  const servername = cluster['tls-server-name'];
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(servername === undefined ? {} : { servername }),
    ...(cluster['insecure-skip-tls-verify'] === true ? { rejectUnauthorized: false } : {}),
  };
}

function identityOf(user: User, folder: string): () => Promise<Identity> {
  if (user['auth-provider'] !== undefined) {
    throw new Error('auth-provider is not supported; Kubernetes itself has given it up for exec');
  }
  if (user.exec !== undefined) return execPlugin(user.exec, folder);
  const cert = pem(user['client-certificate-data'], user['client-certificate'], folder);
  const key = pem(user['client-key-data'], user['client-key'], folder);
  const certificate = cert === undefined || key === undefined ? {} : { cert, key };
  return async () => ({ ...certificate, headers: headersOf(user, folder) });
}

function headersOf(user: User, folder: string): Record<string, string> {
  const authorization = authorizationOf(user, folder);
  return {
    ...(authorization === undefined ? {} : { authorization }),
    ...(user.as === undefined ? {} : { 'impersonate-user': user.as }),
  };
}

/** A token file is read each time: whoever writes it replaces the token before it expires. */
function authorizationOf(user: User, folder: string): string | undefined {
  if (user.tokenFile !== undefined) {
    return `Bearer ${readFileSync(resolve(folder, user.tokenFile), 'utf8').trim()}`;
  }
  if (user.token !== undefined) return `Bearer ${user.token}`;
  if (user.username === undefined) return undefined;
  return `Basic ${Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64')}`;
}

/** What is in the file counts before what it points to. */
function pem(data: string | undefined, file: string | undefined, folder: string) {
  if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8');
  return file === undefined ? undefined : readFileSync(resolve(folder, file), 'utf8');
}
