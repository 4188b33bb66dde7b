import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { packFile } from '../../../src/core/pack-files.ts';

/** The blocks of shell commands in a document of the pack, between two texts. */
export function commandsBetween(document: string, from: string, to: string): readonly string[] {
  const text = readFileSync(packFile(document), 'utf8');
  const [start, end] = [text.indexOf(from), text.indexOf(to)];
  if (start < 0 || end < start) throw new Error(`${document} has no part from ${from} to ${to}`);
  const blocks = text.slice(start, end).matchAll(/```sh\n([\s\S]*?)```/g);
  return [...blocks].map(([, commands = '']) => commands);
}

/** Runs commands of a document in a folder. Rejects, with stdout and stderr, when one of them fails. */
export async function runCommands(
  commands: string,
  env: NodeJS.ProcessEnv,
  folder = packFile(),
): Promise<string> {
  const options = { cwd: folder, env };
  const script = ['--norc', '-euc', commands];
  const { stdout, stderr } = await promisify(execFile)('bash', script, options);
  return stdout + stderr;
}
