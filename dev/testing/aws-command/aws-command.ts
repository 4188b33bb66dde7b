import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { motoPython } from '../../stand-ins/aws/testing/moto-fork-server.ts';
import { startService } from '../../tools/process.ts';

/** The environment variable with the folder of the command. */
const FOLDER = 'AWS_COMMAND_FOLDER';

/**
 * Global setup of the integration tests: makes a command `aws` that is the real AWS CLI, but forks from a server which has
 * loaded it. The server loads it when somebody runs the first command.
 */
export async function setup(): Promise<() => Promise<void>> {
  // The path of a Unix socket is limited to 107 characters, and the tests' own temporary folder may be too deep.
  const folder = mkdtempSync(join('/tmp', 'aws-'));
  const socket = join(folder, 'socket');
  const python = await motoPython();
  const script = (name: string) => join(import.meta.dirname, name);
  const service = startService('aws fork server', python, [script('fork_server.py'), socket], {
    log: join(tmpdir(), 'aws-fork-server.log'),
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1' },
  });
  // -I and -S leave out what the command does not need, and make it start in half the time.
  const command = `#!/bin/sh\nexec '${python}' -IS '${script('aws.py')}' '${socket}' "$@"\n`;
  writeFileSync(join(folder, 'aws'), command, { mode: 0o755 });
  process.env[FOLDER] = folder;
  return async () => {
    await service.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}

/** The folder that has the command `aws`, to be the first in PATH. */
export function awsCommandFolder(): string {
  const folder = process.env[FOLDER];
  if (folder === undefined) throw new Error('the global setup of the tests has made no aws');
  return folder;
}
