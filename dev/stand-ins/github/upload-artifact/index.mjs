// Stands in for actions/upload-artifact: copies one folder, or one file without its folders, into the folder named by
// REHEARSAL_ARTIFACTS. site.ts offers what is there for download when the run is over.
// Left out: patterns, hidden files, compression, retention, outputs other than the URL, which leads nowhere.
import { appendFileSync, cpSync, existsSync, rmSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

const input = (name) => process.env[`INPUT_${name.toUpperCase()}`] ?? '';
const from = resolve(process.env.GITHUB_WORKSPACE, input('path'));
const to = join(process.env.REHEARSAL_ARTIFACTS, basename(input('name')));

if (!existsSync(from)) {
  const message = `No files were found with the provided path: ${input('path')}`;
  console.log(`::${input('if-no-files-found') === 'error' ? 'error' : 'warning'}::${message}`);
  process.exit(input('if-no-files-found') === 'error' ? 1 : 0);
}
if (existsSync(to) && input('overwrite') !== 'true') {
  console.log(`::error::an artifact named ${input('name')} is there already`);
  process.exit(1);
}
rmSync(to, { recursive: true, force: true });
const isFile = statSync(from).isFile();
cpSync(from, isFile ? join(to, basename(from)) : to, { recursive: true });
console.log(`${input('path')} kept as artifact ${input('name')}`);
const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID, GITHUB_OUTPUT } = process.env;
const run = `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}`;
appendFileSync(GITHUB_OUTPUT, `artifact-url=${run}/artifacts/${Date.now()}\n`);
