// Stands in for actions/checkout: copies the files that git tracks in the repository named by
// REHEARSAL_REPOSITORY. Left out: fetching, refs, tokens, submodules, LFS.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

// A hosted runner takes some seconds to pick a job up, and act takes none. What happens meanwhile on AWS,
// such as a node that asks to join before anybody has mapped its role, is to happen here as well.
const PICK_UP_MS = 5_000;
await sleep(PICK_UP_MS);

const from = process.env.REHEARSAL_REPOSITORY;
const to = join(process.env.GITHUB_WORKSPACE, process.env.INPUT_PATH || '.');
const list = execFileSync('git', ['-C', from, 'ls-files', '-z'], { encoding: 'utf8' });
const files = list.split('\0').filter((file) => file !== '' && existsSync(join(from, file)));
for (const file of files) {
  mkdirSync(dirname(join(to, file)), { recursive: true });
  cpSync(join(from, file), join(to, file));
}
console.log(`${files.length} files of ${process.env.INPUT_REPOSITORY} copied to ${to}`);
