import { allInactive } from '../github/deployments.ts';
import { deleteEnvironment, environmentNames } from '../github/environments.ts';
import { readPullRequest } from '../github/pull-request.ts';
import type { Session } from './session.ts';

/**
 * Deletes the environments that GitHub keeps for previews which are gone: those of closed pull requests whose deployments are all inactive.
 * `end` makes the deployments inactive when the preview is destroyed, so an environment stays as long as its preview may exist.
 *
 * @throws GithubError when a token may not do its part.
 */
export async function removeEnvironments(session: Session): Promise<void> {
  const { github, administrator, inputs, log } = session;
  if (administrator === undefined) throw new Error('no token that may delete environments');
  const removed: string[] = [];
  for (const name of await environmentNames(administrator)) {
    const number = previewNumber(name, inputs.namePrefix);
    if (number === undefined) continue;
    const pull = await readPullRequest(github, number);
    if (pull?.open === true || !(await allInactive(github, name))) continue;
    await deleteEnvironment(administrator, name);
    log.info(`${name}: deleted, because pull request #${number} is closed`);
    removed.push(name);
  }
  if (removed.length === 0) log.info('No environment of a preview that is gone');
  session.setOutputs({ 'removed-environments': removed });
}

/** The number of the pull request by the name of its preview; undefined for other names. Pure. */
export function previewNumber(name: string, prefix: string): number | undefined {
  if (!name.startsWith(`${prefix}-`)) return undefined;
  const text = name.slice(prefix.length + 1);
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}
