import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Who may read which repository. `undefined` for a token that nobody made. */
export type MayRead = (token: string, repository: string) => boolean | undefined;

/** github.com's git over HTTPS. All its repositories are private. */
export interface GitServer {
  readonly url: string;
  /** The requests that it refused, each as `repository: status`. */
  readonly refusals: readonly string[];
  /** Variables that lead every git of a process, and git's children, to this server instead of github.com. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * Serves clones and fetches of repositories on this machine by git's own `http-backend`. A token that may not read a repository gets
 * the answer of one that does not exist, with GitHub's words (https://github.com/actions/checkout/issues/417). A request without a
 * token is asked for one. Left out: pushes, public repositories, LFS.
 *
 * @param folders the repositories' working trees, by `owner/name`
 */
export async function startGitServer(
  folders: Readonly<Record<string, string>>,
  mayRead: MayRead,
): Promise<GitServer> {
  const refusals: string[] = [];
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    const url = new URL(request.url ?? '/', 'http://git');
    const [, repository = '', path = ''] = PATH.exec(url.pathname) ?? [];
    const refuse = (status: number, text: string) => {
      refusals.push(`${repository}: ${status}`);
      response.writeHead(status, { 'content-type': 'text/plain', ...ASK_FOR_LOGIN });
      response.end(`${text}\n`);
    };
    const token = tokenOf(request);
    const allowed = token === undefined ? undefined : mayRead(token, repository);
    const folder = folders[repository];
    if (allowed === undefined) return refuse(401, 'Invalid username or token.');
    if (!allowed || folder === undefined) return refuse(404, 'Repository not found.');
    return serve(request, response, { folder, path, query: url.search.slice(1) });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    refusals,
    env: {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: `url.${url}/.insteadOf`,
      GIT_CONFIG_VALUE_0: 'https://github.com/',
      GIT_TERMINAL_PROMPT: '0',
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** `/owner/name.git/info/refs` */
const PATH = /^\/([^/]+\/[^/]+?)(?:\.git)?(\/(?:info\/refs|git-upload-pack))$/;

const ASK_FOR_LOGIN = { 'www-authenticate': 'Basic realm="GitHub"' };

/** Git sends a token as the password of a login. */
function tokenOf({ headers: { authorization = '' } }: IncomingMessage): string | undefined {
  const [, login] = /^basic (\S+)$/i.exec(authorization) ?? [];
  if (login === undefined) return undefined;
  return Buffer.from(login, 'base64')
    .toString('utf8')
    .replace(/^[^:]*:/, '');
}

interface Served {
  readonly folder: string;
  readonly path: string;
  readonly query: string;
}

/** Answers by git's CGI program (git-http-backend(1)). */
function serve(request: IncomingMessage, response: ServerResponse, served: Served): void {
  const { headers } = request;
  const backend = spawn('git', ['-c', 'safe.directory=*', 'http-backend'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: served.folder,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
      HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
      PATH_INFO: `/.git${served.path}`,
      QUERY_STRING: served.query,
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: headers['content-type'] ?? '',
    },
  });
  request.pipe(backend.stdin);
  const chunks: Buffer[] = [];
  backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  backend.once('close', () => {
    const answer = Buffer.concat(chunks);
    const end = answer.indexOf('\r\n\r\n');
    const lines = answer.subarray(0, end).toString().split('\r\n');
    const given = lines.map((line) => line.split(': ', 2) as [string, string]);
    const { Status = '200', ...rest } = Object.fromEntries(given);
    response.writeHead(Number.parseInt(Status, 10), rest);
    response.end(answer.subarray(end + 4));
  });
}
