import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { addEnvironment, type RepositoryState } from './api/state.ts';
import { mayDeploy } from './environment-rules.ts';

/** A job that came to the gate of an environment. */
export interface Entry {
  /** The name of the run in the log files. */
  readonly run: string;
  readonly job: string;
  readonly environment: string;
  /** Whether GitHub records a deployment. */
  readonly deployment: boolean;
  /** Whether the reviewers of the environment had to approve the job. */
  readonly approval: boolean;
}

/** The gate of a repository's environments. */
export interface Gate {
  readonly entries: readonly Entry[];
  /** Whether somebody approves what needs approval. While nobody does, such jobs fail, as they do on GitHub after 30 days. */
  reviewersPresent: boolean;
  /** The address at which the jobs of a run ask. */
  urlFor(run: string, ref: string): string;
  stop(): Promise<void>;
}

/**
 * Stands in for GitHub's rules of environments: which refs may deploy, and who approves. GitHub asks the reviewers for
 * each job that is in the environment, with `deployment: false` as well
 * (https://docs.github.com/actions/how-tos/deploy/configure-and-manage-deployments/control-deployments#interaction-with-protection-rules).
 * Left out: wait timers, the rules of GitHub Apps, and that one click approves all jobs that wait at that time.
 */
export async function startGate(state: RepositoryState): Promise<Gate> {
  const entries: Entry[] = [];
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    void bodyOf(request).then((body) => {
      const url = new URL(request.url ?? '/', 'http://gate');
      const run = decodeURIComponent(url.pathname.slice(1));
      const [status, text] = enter(run, url.searchParams.get('ref') ?? '', JSON.parse(body));
      response.writeHead(status, { 'content-type': 'text/plain' });
      response.end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  function enter(run: string, ref: string, asked: Asked): readonly [number, string] {
    const { job, name, deployment } = asked;
    if (!mayDeploy(state, name, ref)) return [403, `${ref} may not deploy to ${name}`];
    addEnvironment(state, name);
    const { reviewers = [] } = state.environments.get(name) ?? {};
    const approval = reviewers.length > 0;
    entries.push({ run, job, environment: name, deployment, approval });
    if (!approval) return [200, `The job is in ${name}`];
    const waited = `waited for ${reviewers.join(' or ')}`;
    if (!gate.reviewersPresent) return [403, `The job ${waited}, and nobody approved it`];
    return [200, `The job is in ${name}: it ${waited}, who approved it`];
  }

  const gate: Gate = {
    entries,
    reviewersPresent: true,
    urlFor: (run, ref) =>
      `http://127.0.0.1:${port}/${encodeURIComponent(run)}?ref=${encodeURIComponent(ref)}`,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return gate;
}

interface Asked {
  readonly job: string;
  readonly name: string;
  readonly deployment: boolean;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
