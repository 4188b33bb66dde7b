import { type Clock, systemClock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { retry } from '../core/retry.ts';

/** The repository of the job, and the job's token. */
export interface RepositoryAccess {
  /** `owner/name`. */
  readonly repository: string;
  readonly token: string;
  /** The URL of GitHub's REST API. */
  readonly apiUrl: string;
}

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
  access: RepositoryAccess,
  environment: string,
  log: Log,
  clock: Clock = systemClock,
): Promise<void> {
  try {
    const missing = missingRule(await readRules(access, environment, clock));
    if (missing === undefined) return;
    const who = `everybody who may push to ${access.repository} can use a role that trusts it`;
    log.warn(
      `GitHub environment ${environment}: ${missing}, so ${who}.\nNext step: in the repository's settings, choose "Selected branches and tags" for the environment's deployment branches, and name the main branch; or run the setup.sh of the pack again`,
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

interface EnvironmentAnswer {
  readonly deployment_branch_policy?: { readonly protected_branches: boolean } | null;
}

interface PoliciesAnswer {
  readonly branch_policies: readonly { readonly name?: string }[];
}

/** @throws Error when the token may not read the environment, or GitHub does not answer. */
async function readRules(
  access: RepositoryAccess,
  environment: string,
  clock: Clock,
): Promise<DeploymentRules> {
  const place = `environments/${encodeURIComponent(environment)}`;
  const read = <T>(path: string) => readRest<T>(access, path, clock);
  const { deployment_branch_policy: policy } = await read<EnvironmentAnswer>(place);
  if (policy === null || policy === undefined) return { admits: 'every-ref' };
  if (policy.protected_branches) {
    const found = await read<readonly unknown[]>('branches?protected=true&per_page=1');
    return { admits: 'protected-branches', none: found.length === 0 };
  }
  const { branch_policies: policies } = await read<PoliciesAnswer>(
    `${place}/deployment-branch-policies?per_page=100`,
  );
  return { admits: 'patterns', patterns: policies.map(({ name = '' }) => name) };
}

const TIMEOUT_MS = 10_000;
const BACK_OFF = { attempts: 3, firstPauseMs: 1_000 };

/**
 * Reads something of a repository. Does without octokit, which `repositoryClient` uses: it would be a third of the bundle of
 * provision, for these few reads.
 */
async function readRest<T>(
  { repository, token, apiUrl }: RepositoryAccess,
  path: string,
  clock: Clock,
): Promise<T> {
  const headers = { accept: 'application/vnd.github+json', authorization: `Bearer ${token}` };
  const ask = async () => {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const answer = await fetch(`${apiUrl}/repos/${repository}/${path}`, { headers, signal });
    if (answer.ok) return (await answer.json()) as T;
    const said = `GitHub answers ${answer.status} to GET ${path}`;
    const advice = [403, 404].includes(answer.status)
      ? '. The job may need the permission `actions: read`'
      : '';
    throw Object.assign(new Error(`${said}${advice}`), { status: answer.status });
  };
  return retry(ask, { ...BACK_OFF, clock });
}
