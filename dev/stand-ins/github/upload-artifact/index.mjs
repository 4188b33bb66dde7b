// Stands in for actions/upload-artifact: copies one folder, or files of one folder without it, into the folder named by
// REHEARSAL_ARTIFACTS. site.ts offers what is there for download when the run is over.
// Left out: patterns, hidden files, compression, retention, outputs other than the URL, which leads nowhere.
import { appendFileSync, cpSync, existsSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

const input = (name) => process.env[`INPUT_${name.toUpperCase()}`] ?? '';
const paths = input('path')
  .split('\n')
  .map((line) => line.trim())
  .filter((line) => line !== '');
const found = paths
  .map((path) => resolve(process.env.GITHUB_WORKSPACE, path))
  .filter((path) => existsSync(path));
const to = join(process.env.REHEARSAL_ARTIFACTS, basename(input('name')));

if (found.length === 0) {
  const message = `No files were found with the provided path: ${input('path')}`;
  console.log(`::${input('if-no-files-found') === 'error' ? 'error' : 'warning'}::${message}`);
  process.exit(input('if-no-files-found') === 'error' ? 1 : 0);
}
if (existsSync(to) && input('overwrite') !== 'true') {
  console.log(`::error::an artifact named ${input('name')} is there already`);
  process.exit(1);
}
const isFile = (path) => statSync(path).isFile();
const oneFolder = found.length === 1 || found.every((path) => dirname(path) === dirname(found[0]));
if (!oneFolder || (found.length > 1 && !found.every(isFile))) {
  console.log('::error::this stand-in keeps one folder, or files of one folder');
  process.exit(1);
}
rmSync(to, { recursive: true, force: true });
for (const from of found) {
  cpSync(from, isFile(from) ? join(to, basename(from)) : to, { recursive: true });
}
console.log(`${paths.join(', ')} kept as artifact ${input('name')}`);
const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID, GITHUB_OUTPUT } = process.env;
const run = `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}`;
appendFileSync(GITHUB_OUTPUT, `artifact-url=${run}/artifacts/${Date.now()}\n`);
