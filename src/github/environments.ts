import { explained, type RepositoryClient, unlessMissing } from './repository-client.ts';

const PAGE = 100;

/**
 * The names of a repository's environments.
 *
 * @throws GithubError when the token may not read them.
 */
export async function environmentNames({
  owner,
  repo,
  rest,
}: RepositoryClient): Promise<readonly string[]> {
  const names: string[] = [];
  for (let page = 1; ; page += 1) {
    const { data } = await explained(
      `environments of ${owner}/${repo}`,
      'actions: read',
      rest.repos.getAllEnvironments({ owner, repo, per_page: PAGE, page }),
    );
    const { environments = [] } = data;
    names.push(...environments.map(({ name }) => name));
    if (environments.length < PAGE) return names;
  }
}

/**
 * Deletes an environment with its rules and secrets. No job's own token may: the permission `administration` is not among those of a job
 * (https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#permissions), so apps and people have it only
 * (https://docs.github.com/rest/deployments/environments#delete-an-environment). One that is gone is a success.
 *
 * @throws GithubError when the token may not.
 */
export async function deleteEnvironment(
  { owner, repo, rest }: RepositoryClient,
  name: string,
): Promise<void> {
  const request = { owner, repo, environment_name: name };
  const deleted = unlessMissing(rest.repos.deleteAnEnvironment(request));
  await explained(`environment ${name}`, 'administration: write', deleted);
}
