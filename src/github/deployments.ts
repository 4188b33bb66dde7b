import { explained, type RepositoryClient } from './repository-client.ts';

const PERMISSION = 'deployments: write';

type State = 'in_progress' | 'success' | 'failure' | 'error' | 'inactive';

/**
 * Tells GitHub that a deployment of a commit to an environment has begun. The deployment neither waits for the commit's
 * checks nor merges the base branch.
 *
 * @throws GithubError when the job may not write deployments.
 */
export async function beginDeployment(
  { owner, repo, rest }: RepositoryClient,
  environment: string,
  commit: string,
  logUrl: string,
): Promise<void> {
  const request = {
    owner,
    repo,
    environment,
    ref: commit,
    auto_merge: false,
    required_contexts: [],
    transient_environment: true,
    production_environment: false,
  };
  const { data } = await explained(
    `deployment to ${environment}`,
    PERMISSION,
    rest.repos.createDeployment(request),
  );
  if (!('id' in data)) throw new Error(`GitHub created no deployment: ${data.message}`);
  await setState({ owner, repo, rest }, data.id, 'in_progress', logUrl);
}

/**
 * Tells GitHub how the deployment of a commit ended. Does nothing when the newest deployment is of another commit. A
 * success makes all earlier deployments inactive.
 */
export async function endDeployment(
  client: RepositoryClient,
  environment: string,
  commit: string,
  state: 'success' | 'failure' | 'error',
  logUrl: string,
): Promise<void> {
  const [newest, ...earlier] = await deploymentsOf(client, environment);
  if (newest?.sha !== commit) return;
  await setState(client, newest.id, state, logUrl);
  // GitHub does this by itself only for environments that are not transient.
  if (state === 'success') await deactivate(client, earlier);
}

/**
 * Whether a deployment to an environment has begun after a time. GitHub documents no order of the list, so all that one page
 * holds count.
 *
 * @param time milliseconds since 1970
 * @throws GithubError when the job may not read deployments.
 */
export async function deployedAfter(
  { owner, repo, rest }: RepositoryClient,
  environment: string,
  time: number,
): Promise<boolean> {
  const { data } = await explained(
    `deployments to ${environment}`,
    PERMISSION,
    rest.repos.listDeployments({ owner, repo, environment, per_page: 100 }),
  );
  return data.some(({ created_at: began }) => Date.parse(began) > time);
}

/**
 * Whether an environment has deployments, of which none is active.
 *
 * @throws GithubError when the job may not read deployments.
 */
export async function allInactive(client: RepositoryClient, environment: string): Promise<boolean> {
  const deployments = await deploymentsOf(client, environment);
  for (const { id } of deployments) if ((await stateOf(client, id)) !== 'inactive') return false;
  return deployments.length > 0;
}

/** Makes all deployments to an environment inactive, because the environment is gone. */
export async function removeDeployments(
  client: RepositoryClient,
  environment: string,
): Promise<void> {
  await deactivate(client, await deploymentsOf(client, environment));
}

interface Deployment {
  readonly id: number;
  readonly sha: string;
}

/** Lists the deployments to an environment, newest first. */
async function deploymentsOf(
  { owner, repo, rest }: RepositoryClient,
  environment: string,
): Promise<readonly Deployment[]> {
  const request = { owner, repo, environment, per_page: 100 };
  const { data } = await explained(
    `deployments to ${environment}`,
    PERMISSION,
    rest.repos.listDeployments(request),
  );
  return data.map(({ id, sha }) => ({ id, sha }));
}

async function deactivate(
  client: RepositoryClient,
  deployments: readonly Deployment[],
): Promise<void> {
  for (const { id } of deployments) {
    if ((await stateOf(client, id)) !== 'inactive') await setState(client, id, 'inactive');
  }
}

/** The last state of a deployment; undefined when it has none. */
async function stateOf(
  { owner, repo, rest }: RepositoryClient,
  id: number,
): Promise<string | undefined> {
  const { data } = await explained(
    `states of deployment ${id}`,
    PERMISSION,
    rest.repos.listDeploymentStatuses({ owner, repo, deployment_id: id, per_page: 1 }),
  );
  return data[0]?.state;
}

async function setState(
  { owner, repo, rest }: RepositoryClient,
  id: number,
  state: State,
  logUrl?: string,
): Promise<void> {
  const request = {
    owner,
    repo,
    deployment_id: id,
    state,
    auto_inactive: false,
    ...(logUrl === undefined ? {} : { log_url: logUrl }),
  };
  await explained(
    `state of deployment ${id}`,
    PERMISSION,
    rest.repos.createDeploymentStatus(request),
  );
}
