// Stands in for actions/checkout: fetches one commit by git with the job's token, as the original does
// (https://github.com/actions/checkout/blob/v6.0.2/src/git-auth-helper.ts). The variables of the job lead git to the stand-in for
// GitHub. Left out: submodules, LFS, history.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

const { INPUT_REPOSITORY, INPUT_REF, INPUT_PATH, INPUT_TOKEN, GITHUB_REPOSITORY } = process.env;
const repository = INPUT_REPOSITORY || GITHUB_REPOSITORY;
const to = join(process.env.GITHUB_WORKSPACE, INPUT_PATH || '.');
mkdirSync(to, { recursive: true });
const login = Buffer.from(`x-access-token:${INPUT_TOKEN}`).toString('base64');
const git = (...args) => execFileSync('git', ['-C', to, ...args], { stdio: 'inherit' });
git('init', '--quiet');
const header = `http.extraheader=AUTHORIZATION: basic ${login}`;
const address = `https://github.com/${repository}`;
git('-c', header, 'fetch', '--quiet', '--depth=1', address, INPUT_REF || 'HEAD');
git('checkout', '--quiet', '--detach', 'FETCH_HEAD');
console.log(`${repository} checked out into ${to}`);
