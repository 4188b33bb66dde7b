import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { explained, type RepositoryClient } from './repository-client.ts';

const PERMISSION = 'actions: read';

/** Which refs a GitHub environment lets deploy. */
export type DeploymentRules =
  | { readonly admits: 'every-ref' }
  /** `none` says that the repository has no such branch. GitHub then admits every branch. */
  | { readonly admits: 'protected-branches'; readonly none: boolean }
  | { readonly admits: 'patterns'; readonly patterns: readonly string[] };

/**
 * Warns when the rules of the job's GitHub environment let any branch deploy: a role that trusts the environment then trusts
 * everybody who may push. Never fails. Where the token may not read the rules, the log says so.
 */
export async function warnOfOpenEnvironment(
  client: RepositoryClient,
  environment: string,
  log: Log,
): Promise<void> {
  try {
    const missing = missingRule(await readRules(client, environment));
    if (missing === undefined) return;
    const who = `everybody who may push to ${client.owner}/${client.repo} can use a role that trusts it`;
    log.warn(
      `GitHub environment ${environment}: ${missing}, so ${who}.\nNext step: in the repository's settings, choose "Selected branches and tags" for the environment's deployment branches, and name the main branch. The README of the pack has the commands`,
    );
  } catch (error) {
    log.info(`Did not check the rules of the GitHub environment. ${messageOf(error)}`);
  }
}

/** Says which rule an environment lacks, so that any branch may deploy to it; undefined when it lacks none. Pure. */
export function missingRule(rules: DeploymentRules): string | undefined {
  switch (rules.admits) {
    case 'every-ref':
      return 'it has no rule for deployment branches';
    case 'protected-branches':
      return rules.none
        ? 'its rule admits protected branches only, which admits every branch as long as no branch has a protection rule'
        : undefined;
    case 'patterns': {
      const open = rules.patterns.filter((pattern) => /^[*?/]+$/.test(pattern));
      return open.length === 0
        ? undefined
        : `its rule for deployment branches admits ${open.join(' and ')}`;
    }
  }
}

/** @throws GithubError when the token may not read the environment. */
async function readRules(
  { owner, repo, rest: { repos } }: RepositoryClient,
  environment: string,
): Promise<DeploymentRules> {
  const place = { owner, repo, environment_name: environment };
  const read = <T>(call: Promise<T>) => explained(`environment ${environment}`, PERMISSION, call);
  const { data } = await read(repos.getEnvironment(place));
  const policy = data.deployment_branch_policy;
  if (policy === null || policy === undefined) return { admits: 'every-ref' };
  if (policy.protected_branches) {
    const found = await read(repos.listBranches({ owner, repo, protected: true, per_page: 1 }));
    return { admits: 'protected-branches', none: found.data.length === 0 };
  }
  const found = await read(repos.listDeploymentBranchPolicies({ ...place, per_page: 100 }));
  return {
    admits: 'patterns',
    patterns: found.data.branch_policies.map(({ name = '' }) => name),
  };
}
