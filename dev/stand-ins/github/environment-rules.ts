import type { RepositoryState } from './api/state.ts';

/**
 * Whether the rules of a GitHub environment let a ref deploy to it. GitHub starts no job whose ref may not, so such a job
 * gets no ID token either. An environment without rules lets every ref deploy, as does one that does not exist: GitHub
 * creates it. "Protected branches only" lets every branch deploy where no branch has a protection rule
 * (https://docs.github.com/actions/reference/workflows-and-actions/deployments-and-environments#deployment-branches-and-tags).
 *
 * @param ref the run's GITHUB_REF
 */
export function mayDeploy(state: RepositoryState, environment: string, ref: string): boolean {
  const deployers = state.environments.get(environment)?.deployers ?? 'any';
  if (deployers === 'any') return true;
  const name = ref.replace(/^refs\/heads\//, '');
  if (deployers === 'protected-branches') {
    return state.protectedBranches.size === 0 || state.protectedBranches.has(name);
  }
  return deployers.some((pattern) => matches(pattern, name));
}

/** Matches as Ruby's File.fnmatch does with FNM_PATHNAME: `*` stands for any text without a slash. */
function matches(pattern: string, name: string): boolean {
  const source = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*');
  return new RegExp(`^${source}$`).test(name);
}
