import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../tools/process.ts';
import { type GitServer, startGitServer } from './git-server.ts';
import { initRepository } from './repository.ts';

const pack = 'acme/pack';
const lab = 'acme/lab';
let folder: string;
let server: GitServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'git-server-'));
  const folders: Record<string, string> = {};
  for (const name of [pack, lab]) {
    const place = join(folder, name.replace('/', '-'));
    folders[name] = place;
    mkdirSync(place);
    writeFileSync(join(place, 'README.md'), `This is ${name}\n`);
    await initRepository(place, name);
  }
  const readable: Readonly<Record<string, string>> = { 'token-of-lab': lab };
  server = await startGitServer(folders, (token, name) =>
    token in readable ? readable[token] === name : undefined,
  );
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function clone(repository: string, into: string, token?: string): Promise<string> {
  const login = Buffer.from(`x-access-token:${token}`).toString('base64');
  const header = ['-c', `http.extraheader=AUTHORIZATION: basic ${login}`];
  const command = ['clone', '--quiet', `https://github.com/${repository}`, join(folder, into)];
  return run('git', [...(token === undefined ? [] : header), ...command], {
    env: { ...process.env, ...server.env },
  });
}

it('lets a token clone the repository that it may read, and fetch one commit of it', async () => {
  await clone(lab, 'cloned', 'token-of-lab');
  expect(readFileSync(join(folder, 'cloned/README.md'), 'utf8')).toBe('This is acme/lab\n');
  await clone(`${lab}.git`, 'cloned-with-suffix', 'token-of-lab');
});

it.each([
  ['another repository', pack, 'token-of-lab', /remote: Repository not found\.[\s\S]*not found/],
  ['no repository', 'acme/none', 'token-of-lab', /remote: Repository not found\./],
  ['a token that nobody made', lab, 'made-up', /could not read Username/],
  ['no token', lab, undefined, /could not read Username/],
])('refuses %s', async (name, repository, token, message) => {
  const before = server.refusals.length;
  await expect(clone(repository, name, token)).rejects.toThrow(message);
  expect(server.refusals.length).toBeGreaterThan(before);
});
