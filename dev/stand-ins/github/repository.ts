import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from '../../tools/process.ts';
import { forAct } from './workflow-text.ts';

const IDENTITY = ['-c', 'user.name=rehearsal', '-c', 'user.email=rehearsal@localhost'];

const WORKFLOW = /^\.github\/workflows\/.*\.yml$/;

/**
 * Makes `folder` a git repository that looks like a clone of `owner/name` on GitHub. It has the files that git
 * tracks in `source`, in the state of the working tree, with workflows rewritten for act.
 */
export async function copyRepository(source: string, folder: string, name: string): Promise<void> {
  const tracked = (await run('git', ['-C', source, 'ls-files'])).split('\n');
  for (const file of tracked.filter((path) => path !== '' && existsSync(join(source, path)))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(source, file), join(folder, file));
    if (WORKFLOW.test(file)) {
      writeFileSync(join(folder, file), forAct(readFileSync(join(source, file), 'utf8')));
    }
  }
  await initRepository(folder, name);
}

/** The stand-ins for GitHub's own actions, each as a git repository, as act expects. */
export async function standInActions(folder: string): Promise<void> {
  for (const name of ['checkout', 'upload-artifact']) {
    cpSync(join(import.meta.dirname, name), join(folder, name), { recursive: true });
    await initRepository(join(folder, name), `actions/${name}`);
  }
}

/** Makes `folder` a git repository with one commit that looks like a clone of `owner/name`. */
export async function initRepository(folder: string, name: string): Promise<void> {
  const git = (...args: string[]) => run('git', ['-C', folder, ...args]);
  await git('init', '--quiet', '--initial-branch=main');
  await git('remote', 'add', 'origin', `https://github.com/${name}.git`);
  await commitAll(folder, 'rehearsed state');
}

/** Commits the working tree as it is. */
export async function commitAll(folder: string, message: string): Promise<void> {
  const git = (...args: string[]) => run('git', [...IDENTITY, '-C', folder, ...args]);
  await git('add', '--all', '--force');
  await git('commit', '--quiet', '--no-gpg-sign', '--message', message);
}
