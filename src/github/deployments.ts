import { asking, type RepositoryClient } from './repository-client.ts';

const PERMISSION = 'deployments: write';

type State = 'in_progress' | 'success' | 'failure' | 'error' | 'inactive';

/** Says that a commit is being deployed to an environment. Checks and merges of the commit are not waited for. */
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
  const { data } = await asking(
    `deployment to ${environment}`,
    PERMISSION,
    rest.repos.createDeployment(request),
  );
  if (!('id' in data)) throw new Error(`GitHub made no deployment: ${data.message}`);
  await setState({ owner, repo, rest }, data.id, 'in_progress', logUrl);
}

/**
 * Says how the deployment of a commit ended, if it had begun. A success takes the place of those before it.
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
  // GitHub does this by itself for environments that are not transient.
  if (state === 'success') await deactivate(client, earlier);
}

/** Says that an environment is no more. */
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

/** Newest first. */
async function deploymentsOf(
  { owner, repo, rest }: RepositoryClient,
  environment: string,
): Promise<readonly Deployment[]> {
  const request = { owner, repo, environment, per_page: 100 };
  const { data } = await asking(
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
  const { owner, repo, rest } = client;
  for (const { id } of deployments) {
    const { data } = await asking(
      `states of deployment ${id}`,
      PERMISSION,
      rest.repos.listDeploymentStatuses({ owner, repo, deployment_id: id, per_page: 1 }),
    );
    if (data[0]?.state !== 'inactive') await setState(client, id, 'inactive');
  }
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
  await asking(`state of deployment ${id}`, PERMISSION, rest.repos.createDeploymentStatus(request));
}
