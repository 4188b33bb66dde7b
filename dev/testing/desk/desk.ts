import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { GithubApi } from '../../stand-ins/github/api/server.ts';
import { type GhCommand, leadGh } from '../../stand-ins/github/gh-command.ts';
import { PACK } from '../../stand-ins/github/repositories.ts';
import { CHECKOUT } from '../../tools/checkout.ts';
import { cacheFolder } from '../../tools/install/cache.ts';
import { run } from '../../tools/process.ts';
import { pushedFile } from './pushed.ts';
import { type AwsAccount, makeUser, type User } from './user.ts';

const LOGIN = 'ann';

export interface DeskPlan {
  readonly api: GithubApi;
  /** The person's repository, `owner/name`. */
  readonly repository: string;
  readonly account: AwsAccount;
  /** A folder for all that is at the desk. */
  readonly folder: string;
  /** The path of the AWS CLI; by default, that of the tools. */
  readonly aws?: string;
}

/** A person's own machine: a home, a checkout of the repository, and a shell with gh, aws and kubectl. */
export interface Desk {
  /** Where GitHub keeps what the person pushes: a bare repository with the branch `main`. */
  readonly origin: string;
  /**
   * Runs shell commands in the checkout. `answers` are what the person types, one a line. Resolves with what is printed;
   * rejects when a command fails.
   */
  type(commands: string, answers?: readonly string[]): Promise<string>;
  /** The files in the home and in the checkout, without caches. */
  files(): readonly string[];
  leave(): Promise<void>;
}

/**
 * Gives a person a login of GitHub that administers the repository, an IAM user of the account, and a checkout with one
 * commit, which has no files. GitHub shows what the person pushes, and the pack's files as they are here.
 */
export async function startDesk(plan: DeskPlan): Promise<Desk> {
  const { api, repository, folder } = plan;
  const { aws = join(cacheFolder(), 'venv', 'bin', 'aws') } = plan;
  const [home, checkout] = [join(folder, 'home'), join(folder, 'checkout')];
  const [origin, answersFile] = [join(folder, 'origin.git'), join(folder, 'answers')];
  mkdirSync(home, { recursive: true });
  const url = `https://github.com/${repository}.git`;
  await run('git', ['init', '--quiet', '--bare', '--initial-branch=main', origin]);
  await run('git', ['init', '--quiet', '--initial-branch=main', checkout]);
  await run('git', ['-C', checkout, 'remote', 'add', 'origin', url]);
  const gh = await leadGh(api, api.personalToken(LOGIN, repository, PACK));
  const user = await makeUser(plan.account, LOGIN);
  const env = {
    ...gitSettings(origin, url),
    ...gh.env,
    ...user.env,
    PATH: `${programs(folder, aws)}:${join(cacheFolder(), 'bin')}:${process.env['PATH']}`,
    HOME: home,
    SETUP_TERMINAL: answersFile,
  };
  const type = (commands: string, answers: readonly string[] = []) => {
    writeFileSync(answersFile, answers.map((answer) => `${answer}\n`).join(''));
    return run('bash', ['--norc', '-euo', 'pipefail', '-c', commands], { cwd: checkout, env });
  };
  await type('git commit --quiet --allow-empty --message First && git push --quiet origin HEAD');
  api.repository(repository).readFile = (path) => pushedFile(origin, path);
  api.repository(PACK).readFile = packFileAt;
  return {
    origin,
    type,
    files: () => [home, checkout].flatMap((place) => filesIn(place, folder)),
    leave: () => leave(gh, user),
  };
}

/**
 * A folder with `aws`. Authenticators take only tokens that name the real host of STS. Making a token calls nobody, so that
 * command may forget where the stand-in is.
 */
function programs(folder: string, aws: string): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const lines = [
    '#!/bin/sh',
    'case " $* " in *" eks get-token "*) export AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true ;; esac',
    `exec '${aws}' "$@"`,
  ];
  writeFileSync(join(bin, 'aws'), `${lines.join('\n')}\n`, { mode: 0o755 });
  return bin;
}

async function leave(gh: GhCommand, user: User): Promise<void> {
  await Promise.all([gh.stop(), user.remove()]);
}

/** The pack has the tag `v1` only. */
function packFileAt(path: string, ref: string): Buffer | undefined {
  const file = join(CHECKOUT, path);
  return ref === 'v1' && existsSync(file) ? readFileSync(file) : undefined;
}

/** Git commits as the person, and finds the repository of GitHub on this machine. */
function gitSettings(origin: string, url: string): Readonly<Record<string, string>> {
  const settings = {
    'user.name': LOGIN,
    'user.email': `${LOGIN}@localhost`,
    [`url.${origin}.pushInsteadOf`]: url,
  };
  const pairs = Object.entries(settings).flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { ...Object.fromEntries(pairs), GIT_CONFIG_COUNT: String(pairs.length / 2) };
}

/** Caches of kubectl and gh, and what belongs to git. */
const NOT_COUNTED = /^(checkout\/\.git|home\/\.(kube\/cache|cache|local\/state\/gh))\//;

function filesIn(place: string, folder: string): readonly string[] {
  return readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !NOT_COUNTED.test(path));
}
