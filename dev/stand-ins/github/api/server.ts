import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, notFound } from './answer.ts';
import { githubDescription, type Operation } from './description.ts';
import { OPERATIONS } from './operations.ts';
import { lacking, type Permissions } from './permissions.ts';
import { type RepositoryState, repositoryState } from './state.ts';
import { startStorage } from './storage.ts';

/** One recorded call. */
export interface ApiCall {
  readonly operation: string;
  readonly status: number;
  /**
   * How the call or its answer differs from GitHub's description. An unserved call counts as a difference.
   */
  readonly problems: readonly string[];
}

export interface GithubApi {
  /** The value of GITHUB_API_URL in a job. */
  readonly url: string;
  readonly calls: readonly ApiCall[];
  /** The repository of that name. The first look-up creates it. */
  repository(name: string): RepositoryState;
  /** Creates a token for one job or run in one repository. */
  token(repository: string, permissions: Permissions): string;
  /** Creates a token of a person, who administers one repository and may read another one, the pack's. */
  personalToken(login: string, repository: string, readable: string): string;
  /** Whether a token may read the files of a repository; undefined for a token that nobody made. */
  mayReadContents(token: string, repository: string): boolean | undefined;
  stop(): Promise<void>;
}

interface Holder {
  readonly login: string;
  /** The permissions in each repository that the token reaches. */
  readonly repositories: Readonly<Record<string, Permissions>>;
}

/** What a person who administers a repository may do there. */
const ADMINISTRATOR: Permissions = {
  actions: 'write',
  administration: 'write',
  contents: 'write',
  issues: 'write',
  variables: 'write',
};

/**
 * Stands in for the REST API of github.com: pull requests, issues, comments, branches, deployments, artifacts, the set-up of a repository. It compares
 * every request and every answer with the OpenAPI description that GitHub publishes, and builds answers from
 * GitHub's own examples. Leaves out rate limits, pagination links, media types and everything else.
 */
export async function startGithubApi(port: number): Promise<GithubApi> {
  const repositories = new Map<string, RepositoryState>();
  const tokens = new Map<string, Holder>();
  const calls: ApiCall[] = [];
  const repository = (name: string) => {
    const state = repositories.get(name) ?? repositoryState(name);
    repositories.set(name, state);
    return state;
  };
  // An idle connection that closes by itself sometimes closes while a client sends a call on it.
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    void readBody(request).then((body) => {
      const { storage: keep } = storage;
      const answer = serve(request, body, { calls, repository, tokens, storage: keep });
      response.writeHead(answer.status, {
        'content-type': 'application/json; charset=utf-8',
        ...(answer.location === undefined ? {} : { location: answer.location }),
      });
      response.end(JSON.stringify(answer.body));
    });
  });
  const storage = await startStorage();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    repository,
    token(name, permissions) {
      const token = `ghs_${crypto.randomUUID().replaceAll('-', '')}`;
      tokens.set(token, { login: 'github-actions[bot]', repositories: { [name]: permissions } });
      return token;
    },
    personalToken(login, name, readable) {
      const token = `ghp_${crypto.randomUUID().replaceAll('-', '')}`;
      const repositories = { [readable]: { contents: 'read' }, [name]: ADMINISTRATOR } as const;
      tokens.set(token, { login, repositories });
      return token;
    },
    mayReadContents(token, name) {
      const holder = tokens.get(token);
      if (holder === undefined) return undefined;
      const permissions = holder.repositories[name];
      return permissions !== undefined && lacking(permissions, 'repos/get-content') === undefined;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await storage.stop();
    },
  };
}

interface World {
  readonly calls: ApiCall[];
  readonly repository: (name: string) => RepositoryState;
  readonly tokens: ReadonlyMap<string, Holder>;
  readonly storage: (content: Uint8Array) => string;
}

function serve(request: IncomingMessage, raw: string, world: World): Answer {
  // GitHub Enterprise Server has its API below this path.
  const url = new URL((request.url ?? '/').replace(/^\/api\/v3(?=\/)/, ''), 'http://api');
  const operation = githubDescription().operation(request.method ?? 'GET', url.pathname);
  const token = /^(?:token|Bearer) (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const holder = world.tokens.get(token);
  if (operation === undefined || OPERATIONS[operation.id] === undefined) {
    const name = operation?.id ?? `${request.method} ${url.pathname}`;
    world.calls.push({ operation: name, status: 501, problems: ['not served by the stand-in'] });
    return refusal(501, 'Not served by the stand-in');
  }
  const problems: string[] = [];
  const answer = perform(operation, holder, { url, raw, problems, world });
  problems.push(
    ...(UNDESCRIBED.has(answer.status) ? [] : operation.answerProblems(answer.status, answer.body)),
  );
  world.calls.push({ operation: operation.id, status: answer.status, problems });
  return answer;
}

/** Answers that GitHub gives to anything, and that its description has for some operations only. */
const UNDESCRIBED = new Set([401, 403, 404, 422]);

function perform(
  operation: Operation,
  holder: Holder | undefined,
  { url, raw, problems, world }: { url: URL; raw: string; problems: string[]; world: World },
): Answer {
  if (holder === undefined) return refusal(401, 'Bad credentials');
  const { owner, repo } = operation.params;
  // Some operations are about people, whom every token may ask about.
  const name = repo === undefined ? '' : `${owner}/${repo}`;
  const permissions = name === '' ? {} : holder.repositories[name];
  if (permissions === undefined) return notFound();
  const missing = lacking(permissions, operation.id);
  if (missing !== undefined)
    return refusal(403, `Resource not accessible by integration (needs ${missing})`);
  const body = raw === '' ? {} : (JSON.parse(raw) as Record<string, unknown>);
  const wrong = operation.requestProblems(raw === '' ? undefined : body);
  problems.push(...wrong.map((problem) => `request: ${problem}`));
  if (wrong.length > 0) return refusal(422, `Validation Failed: ${wrong.join('; ')}`);
  const state = world.repository(name);
  const served = OPERATIONS[operation.id];
  if (served === undefined) throw new Error(`no ${operation.id}`);
  const administers = permissions['administration'] === 'write';
  const { login } = holder;
  const { storage } = world;
  return served({ operation, body, state, query: url.searchParams, administers, login, storage });
}

function refusal(status: number, message: string): Answer {
  return {
    status,
    body: { message, documentation_url: 'https://docs.github.com/rest', status: String(status) },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
