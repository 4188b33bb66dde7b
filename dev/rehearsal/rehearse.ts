import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { cacheFolder } from '../tools/install/cache.ts';
import { consoleProgress } from '../tools/progress.ts';
import { type Command, parseCommand, USAGE } from './command-line.ts';
import { endWorld, startWorld } from './lifecycle.ts';
import { KUBECONFIG, LOG_FOLDER, runningWorld } from './run-folder.ts';

/** Runs one command and resolves with the exit code. */
async function perform(command: Command): Promise<number> {
  switch (command.name) {
    case 'help':
      console.log(USAGE);
      return 0;
    case 'status':
      return status();
    case 'kubectl':
      return kubectl(command.args);
    case 'down':
      return endWorld(consoleProgress());
    case 'up':
      return startWorld({ ...command, keep: true });
    case 'rehearse':
      return startWorld(command);
  }
}

function status(): number {
  const world = runningWorld();
  if (world === undefined) {
    console.log('nothing is up; `npm run rehearse up` starts the lab');
    return 0;
  }
  const phase = world.phase === 'up' ? 'up' : 'starting';
  console.log(
    `${world.fixture} is ${phase}: ${world.nodes} nodes, process ${world.pid}, logs in ${LOG_FOLDER}`,
  );
  return 0;
}

function kubectl(args: readonly string[]): number {
  const world = runningWorld();
  if (world?.phase !== 'up') {
    console.error('no lab is up; `npm run rehearse up` starts one');
    return 1;
  }
  const program = join(cacheFolder(), 'bin', 'kubectl');
  const entered = ['--target', String(world.pid), '--net', program, '--kubeconfig', KUBECONFIG];
  return spawnSync('nsenter', [...entered, ...args], { stdio: 'inherit' }).status ?? 1;
}

/** Namespaces need root. A user with sudo becomes root for the whole command. */
function becomeRoot(): number | undefined {
  if (process.getuid?.() === 0) return undefined;
  const kept = { ...process.env, EKS_MULTUS_CACHE: cacheFolder() };
  const argv = ['--preserve-env', `PATH=${process.env['PATH'] ?? ''}`, process.execPath];
  return (
    spawnSync('sudo', [...argv, ...process.argv.slice(1)], { stdio: 'inherit', env: kept })
      .status ?? 1
  );
}

try {
  const command = parseCommand(process.argv.slice(2));
  const needsRoot = command.name !== 'help' && command.name !== 'status';
  process.exitCode = (needsRoot ? becomeRoot() : undefined) ?? (await perform(command));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
