import { run } from '../process.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A command line that runs `command` as root, for the user `uid`. sudo must not ask for a password. */
export function asRoot(
  command: readonly string[],
  uid: number | undefined = process.getuid?.(),
): readonly [string, ...string[]] {
  const [program = '', ...args] = command;
  return uid === 0 ? [program, ...args] : ['sudo', '-n', program, ...args];
}

/** Who called sudo, as `user:group` numbers; undefined when this process is not root by sudo. */
export function sudoCaller(
  env: Environment,
  uid: number | undefined = process.getuid?.(),
): string | undefined {
  const { SUDO_UID: user, SUDO_GID: group } = env;
  return uid === 0 && user !== undefined && group !== undefined ? `${user}:${group}` : undefined;
}

/** Under sudo, the folder becomes its caller's again, who may use it without sudo the next time. */
export async function handBack(folder: string, env: Environment = process.env): Promise<void> {
  const owner = sudoCaller(env);
  if (owner !== undefined) await run('chown', ['--recursive', '--no-dereference', owner, folder]);
}
