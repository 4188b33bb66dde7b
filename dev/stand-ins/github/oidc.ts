import { createServer, type Server } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** The issuer in every token of github.com, and the name of its OIDC provider in IAM. */
export const GITHUB_ISSUER = 'https://token.actions.githubusercontent.com';

export interface OidcIssuer {
  /** The value of ACTIONS_ID_TOKEN_REQUEST_URL in a job. */
  readonly requestUrl: string;
  /** The value of ACTIONS_ID_TOKEN_REQUEST_TOKEN in a job. */
  readonly requestToken: string;
  /** The URL of the keys that verify the tokens. */
  readonly jwksUrl: string;
  /** The ACTIONS_ID_TOKEN_REQUEST_TOKEN of another run, whose tokens carry that run's claims. */
  requestTokenFor(job: OidcJob): string;
  stop(): Promise<void>;
}

export interface OidcJob {
  /** `owner/name` */
  readonly repository: string;
  /** `refs/heads/main` */
  readonly ref: string;
  /** `.github/workflows/provision.yml` */
  readonly workflow: string;
  /** The event that started the run; `workflow_dispatch` by default. */
  readonly event?: string;
  /** The GitHub environment of the jobs that ask for tokens. */
  readonly environment?: string | undefined;
  /** The reusable workflow that has the job, as `owner/name/.github/workflows/file.yml@refs/tags/v1`; else `workflow`. */
  readonly calledWorkflow?: string;
  /** The `iss` of its tokens; that of github.com by default. */
  readonly issuer?: string;
  /** The ids in the subject of repositories that were created, renamed or moved since July 2026. */
  readonly ids?: { readonly owner: number; readonly repository: number };
}

/** Seconds: five minutes on github.com, too. */
const TOKEN_LIFETIME = 300;

/**
 * Stands in for GitHub's OIDC issuer: answers a job's requests for ID tokens with signed JWTs that carry
 * GitHub's claims. Leaves out customised subjects. All jobs of a run have one request token. A job that has entered an
 * environment appends its name to it, and the workflow file that has the job (enter-environment/index.mjs).
 */
export async function startOidcIssuer(port: number, job: OidcJob): Promise<OidcIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const key = { ...(await exportJWK(publicKey)), kid: 'rehearsal', alg: 'RS256', use: 'sig' };
  const jobs = new Map<string, OidcJob>();
  const requestTokenFor = (job: OidcJob) => {
    const requestToken = crypto.randomUUID();
    jobs.set(requestToken, job);
    return requestToken;
  };

  const jobOf = (requestToken: string): OidcJob | undefined => {
    const [id = '', ...parts] = requestToken.split('.');
    const job = jobs.get(id);
    const [environment, workflow] = parts.map((part) => Buffer.from(part, 'base64url').toString());
    if (job === undefined || environment === undefined) return job;
    if (workflow === undefined) return { ...job, environment };
    return { ...job, environment, calledWorkflow: `${workflow}@${refOf(workflow, job)}` };
  };
  const token = (job: OidcJob, audience: string) => {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT(claims(job))
      .setProtectedHeader({ alg: 'RS256', kid: key.kid, typ: 'JWT' })
      .setIssuer(job.issuer ?? GITHUB_ISSUER)
      .setAudience(audience)
      .setSubject(subject(job))
      .setJti(crypto.randomUUID())
      .setIssuedAt(now)
      .setNotBefore(now)
      .setExpirationTime(now + TOKEN_LIFETIME)
      .sign(privateKey);
  };

  // An idle connection that closes by itself sometimes closes while a client sends a call on it.
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    const url = new URL(request.url ?? '/', 'http://issuer');
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (url.pathname === '/.well-known/jwks') return answer(200, { keys: [key] });
    if (url.pathname !== '/token') return answer(404, { message: 'not found' });
    const asking = jobOf(request.headers.authorization?.replace(/^Bearer /, '') ?? '');
    if (asking === undefined) return answer(401, { message: 'bad request token' });
    void token(asking, url.searchParams.get('audience') ?? 'https://github.com').then((value) =>
      answer(200, { count: value.length, value }),
    );
  });
  const bound = await listen(server, port);
  return {
    requestUrl: `http://127.0.0.1:${bound}/token?api-version=2.0`,
    requestToken: requestTokenFor(job),
    requestTokenFor,
    jwksUrl: `http://127.0.0.1:${bound}/.well-known/jwks`,
    stop: () => close(server),
  };
}

/** The subject of a job: its environment comes before everything else, then the pull request, then the ref. */
export function subject(job: OidcJob): string {
  const repository = `repo:${withIds(job)}`;
  if (job.environment !== undefined) return `${repository}:environment:${job.environment}`;
  if (job.event === 'pull_request') return `${repository}:pull_request`;
  return `${repository}:ref:${job.ref}`;
}

/** The ref of a workflow file: that of the run in its own repository, else the one at which the run calls the other repository. */
function refOf(workflow: string, { calledWorkflow = '', ref, repository }: OidcJob): string {
  return workflow.startsWith(`${repository}/`) ? ref : (calledWorkflow.split('@')[1] ?? '');
}

function withIds({ repository, ids }: OidcJob): string {
  if (ids === undefined) return repository;
  const [owner = '', name = ''] = repository.split('/');
  return `${owner}@${ids.owner}/${name}@${ids.repository}`;
}

function claims(job: OidcJob): Record<string, string> {
  const [owner = ''] = job.repository.split('/');
  const workflowRef = `${job.repository}/${job.workflow}@${job.ref}`;
  return {
    repository: job.repository,
    repository_owner: owner,
    ref: job.ref,
    ref_type: 'branch',
    event_name: job.event ?? 'workflow_dispatch',
    ...(job.environment === undefined ? {} : { environment: job.environment }),
    workflow_ref: workflowRef,
    job_workflow_ref: job.calledWorkflow ?? workflowRef,
    runner_environment: 'self-hosted',
    run_id: '1',
    run_attempt: '1',
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
