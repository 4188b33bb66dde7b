import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from '../../tools/process.ts';
import { forAct, type WorkflowSource } from './workflow-text.ts';

const IDENTITY = ['-c', 'user.name=rehearsal', '-c', 'user.email=rehearsal@localhost'];

/** The files that use actions of their own repository. */
const USES_ACTIONS = /^(\.github\/workflows\/.*|action)\.yml$/;

/**
 * Makes `folder` a git repository that looks like a clone of `owner/name` on GitHub. It has those files that git
 * tracks in `source` and that are below one of `roots`, in the state of the working tree. Then rewrites its workflows and its root
 * action for act, which reads them from the folder.
 *
 * @returns its commit, which the rewritten workflows name
 */
export async function copyRepository(
  source: string,
  folder: string,
  name: string,
  roots: readonly string[] = ['.'],
): Promise<WorkflowSource> {
  const listed = await run('git', ['-C', source, 'ls-files', '--', ...roots]);
  const tracked = listed
    .split('\n')
    .filter((path) => path !== '' && existsSync(join(source, path)));
  for (const file of tracked) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(source, file), join(folder, file));
  }
  const sha = await initRepository(folder, name);
  const commit = { repository: name, sha };
  for (const file of tracked.filter((path) => USES_ACTIONS.test(path))) {
    writeFileSync(
      join(folder, file),
      forAct(readFileSync(join(source, file), 'utf8'), commit, file),
    );
  }
  return commit;
}

/** What a job downloads of the pack when it uses one of its actions: nothing outside of these is ever read. */
export const PACK_FILES = ['.github', 'action.yml', 'actions', 'cfn', 'manifests', 'schemas'];

/** The stand-ins for GitHub's own actions, each as a git repository, as act expects. */
export async function standInActions(folder: string): Promise<void> {
  for (const name of ['checkout', 'upload-artifact', 'enter-environment']) {
    cpSync(join(import.meta.dirname, name), join(folder, name), { recursive: true });
    await initRepository(join(folder, name), `actions/${name}`);
  }
}

/** Makes `folder` a git repository with one commit that looks like a clone of `owner/name`. Returns the commit. */
export async function initRepository(folder: string, name: string): Promise<string> {
  const git = (...args: string[]) => run('git', ['-C', folder, ...args]);
  await git('init', '--quiet', '--initial-branch=main');
  await git('remote', 'add', 'origin', `https://github.com/${name}.git`);
  await commitAll(folder, 'rehearsed state');
  return (await git('rev-parse', 'HEAD')).trim();
}

/** Commits the working tree as it is, also when nothing has changed. */
export async function commitAll(folder: string, message: string): Promise<void> {
  const git = (...args: string[]) => run('git', [...IDENTITY, '-C', folder, ...args]);
  await git('add', '--all', '--force');
  await git('commit', '--quiet', '--allow-empty', '--no-gpg-sign', '--message', message);
}
