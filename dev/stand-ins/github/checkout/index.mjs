// Stands in for actions/checkout: takes a commit of the repository's clone on this machine, which
// REHEARSAL_REPOSITORIES (JSON, owner/name to folder) has. Left out: fetching, tokens, submodules, LFS, history.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

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
