import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { startMetadataServer } from '../../stand-ins/instance/metadata-server.ts';
import { CHECKOUT } from '../../tools/checkout.ts';
import { EXAMPLE, renderUserData } from './user-data.ts';

/**
 * A spot instance as far as `spot-drain` sees it: its metadata, and an API server that takes it for a node. Runs the
 * program with other addresses, and looks for the notice every tenth of a second. Leaves out the AWS CLI's signature.
 */
export interface SpotNode {
  /** Resolves when the program has looked for a notice and found none. */
  readonly looked: Promise<void>;
  /** Has EC2 give its notice. */
  interrupt(): void;
  /** Resolves with the program's output when it has ended. */
  readonly ended: Promise<string>;
  /** Sends a request with the node's identity; resolves with its status. */
  ask(method: string, path: string, body: unknown): Promise<number>;
  stop(): Promise<void>;
}

const TOKEN = 'token-of-the-node';
const CLUSTER = 'eks-multus-cluster';

/** @param kubeconfig that of an administrator, who may act as the node */
export async function startSpotNode(kubeconfig: string, name: string): Promise<SpotNode> {
  const folder = mkdtempSync(join(tmpdir(), 'spot-node-'));
  const api = await startAsNode(kubeconfig, name);
  const looked = Promise.withResolvers<void>();
  let notice: string | undefined;
  const userData = renderUserData({
    ...EXAMPLE,
    ClusterName: CLUSTER,
    ClusterEndpoint: api.url,
    Capacity: 'spot',
  });
  const metadata = await startMetadataServer({
    host: '127.0.0.1',
    port: 0,
    lookUp: async () => {
      looked.resolve();
      return {
        'meta-data': {
          placement: { region: 'ap-northeast-2' },
          ...(notice === undefined ? {} : { spot: { 'instance-action': notice } }),
        },
        'user-data': async () => userData,
      };
    },
  });
  const program = start(folder, `http://127.0.0.1:${metadata.port}/latest`);
  return {
    looked: looked.promise,
    interrupt: () => {
      const time = new Date(Date.now() + 120_000).toISOString().replace(/\.\d+Z$/, 'Z');
      notice = JSON.stringify({ action: 'terminate', time });
    },
    ended: program.ended,
    ask: api.ask,
    stop: async () => {
      program.kill();
      await program.ended;
      await Promise.all([metadata.stop(), api.stop()]);
      rmSync(folder, { recursive: true });
    },
  };
}

function start(folder: string, imds: string) {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const expected = `eks get-token --cluster-name ${CLUSTER} --region ap-northeast-2`;
  writeFileSync(
    join(bin, 'aws'),
    `#!/bin/bash\n[[ $* == '${expected}' ]] && echo '{"status":{"token":"${TOKEN}"}}'\n`,
    { mode: 0o755 },
  );
  const source = readFileSync(join(CHECKOUT, 'cfn/node-boot/spot-drain'), 'utf8');
  const script = source
    .replace('http://169.254.169.254/latest', imds)
    .replaceAll(/sleep \d/g, 'sleep 0.1');
  writeFileSync(join(folder, 'spot-drain'), script);
  const env = { ...process.env, PATH: `${bin}:${process.env['PATH']}` };
  const child = spawn('bash', [join(folder, 'spot-drain')], { env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return {
    kill: () => child.kill(),
    ended: once(child, 'close').then(([code]) => `${output}exit code ${code}`),
  };
}

const kubeconfigSchema = z.object({
  clusters: z.tuple([
    z.object({ cluster: z.object({ server: z.string(), 'certificate-authority': z.string() }) }),
  ]),
  users: z.tuple([
    z.object({ user: z.object({ 'client-certificate': z.string(), 'client-key': z.string() }) }),
  ]),
});

/** Passes requests with the token on to an API server, as those of the node. */
async function startAsNode(kubeconfig: string, name: string) {
  const config = kubeconfigSchema.parse(parse(readFileSync(kubeconfig, 'utf8')));
  const [{ cluster }] = config.clusters;
  const [{ user }] = config.users;
  const tls = {
    ca: readFileSync(cluster['certificate-authority']),
    cert: readFileSync(user['client-certificate']),
    key: readFileSync(user['client-key']),
  };
  const pass = (from: IncomingMessage, to: ServerResponse) => {
    const { authorization, host: _, ...headers } = from.headers;
    if (authorization !== `Bearer ${TOKEN}`) return to.writeHead(401).end();
    const asNode = {
      ...headers,
      'impersonate-user': `system:node:${name}`,
      'impersonate-group': ['system:nodes', 'system:authenticated'],
    };
    const url = new URL(from.url ?? '/', cluster.server);
    const passed = request(url, { ...tls, method: from.method, headers: asNode }, (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(to);
    });
    passed.on('error', () => to.destroy());
    return from.pipe(passed);
  };
  const server = createServer(pass).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    ask: async (method: string, path: string, body: unknown) => {
      const headers = {
        authorization: `Bearer ${TOKEN}`,
        'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
      };
      const answer = await fetch(`${url}${path}`, { method, headers, body: JSON.stringify(body) });
      return answer.status;
    },
    stop: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}
