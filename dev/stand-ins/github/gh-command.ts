import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect as openSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GithubApi } from './api/server.ts';

/** The environment in which GitHub's own program `gh` talks to a stand-in. */
export interface GhCommand {
  readonly env: { readonly GH_CONFIG_DIR: string; readonly GH_TOKEN: string };
  stop(): Promise<void>;
}

/**
 * Leads `gh` to a stand-in for github.com by its own setting `http_unix_socket`, with which it sends the requests for
 * github.com to a socket, without TLS.
 *
 * @param token the token of the person who runs gh
 */
export async function leadGh(api: GithubApi, token: string): Promise<GhCommand> {
  const folder = mkdtempSync(join(tmpdir(), 'gh-'));
  const socket = join(folder, 'api.sock');
  writeFileSync(join(folder, 'config.yml'), `version: 1\nhttp_unix_socket: ${socket}\n`);
  const port = Number(new URL(api.url).port);
  const relay = createServer((client) => {
    const server = openSocket(port, '127.0.0.1');
    client.pipe(server).pipe(client);
    for (const end of [client, server])
      end.on('error', () => [client, server].map((one) => one.destroy()));
  });
  await new Promise<void>((resolve, reject) => {
    relay.once('error', reject);
    relay.listen(socket, resolve);
  });
  return {
    env: { GH_CONFIG_DIR: folder, GH_TOKEN: token },
    async stop() {
      await new Promise((resolve) => relay.close(resolve));
      rmSync(folder, { recursive: true });
    },
  };
}
