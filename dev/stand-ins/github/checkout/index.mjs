// Stands in for actions/checkout: takes a commit of the repository's clone on this machine, which
// REHEARSAL_REPOSITORIES (JSON, owner/name to folder) has. Left out: fetching, tokens, submodules, LFS, history.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

// A hosted runner takes some seconds to pick a job up, and act takes none. What happens meanwhile on AWS,
// such as a node that asks to join before anybody has mapped its role, must happen here, too. Nothing happens on AWS
// before the first job of a run, so that job does not wait.
const PICK_UP_MS = 5_000;
if (!isFirstJob(process.env.REHEARSAL_RUN_BEGAN)) await sleep(PICK_UP_MS);

const { INPUT_REPOSITORY, INPUT_REF, INPUT_PATH, GITHUB_REPOSITORY } = process.env;
const repository = INPUT_REPOSITORY || GITHUB_REPOSITORY;
const from = JSON.parse(process.env.REHEARSAL_REPOSITORIES)[repository];
if (from === undefined) throw new Error(`there is no repository ${repository}`);
const to = join(process.env.GITHUB_WORKSPACE, INPUT_PATH || '.');
mkdirSync(to, { recursive: true });
const git = (...args) => execFileSync('git', ['-C', from, ...args], { maxBuffer: 2 ** 30 });
const commit = String(git('rev-parse', `${INPUT_REF || 'HEAD'}^{commit}`)).trim();
execFileSync('tar', ['-x', '-C', to], { input: git('archive', commit) });
console.log(`${repository} at ${commit} checked out into ${to}`);

/** Whether no job of the run has been here before. Jobs that start at once cannot both make the folder. */
function isFirstJob(began) {
  try {
    mkdirSync(began);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}
