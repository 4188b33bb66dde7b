import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../tools/process.ts';
import { commitAll, copyRepository, initRepository } from './repository.ts';
import { forAct, type WorkflowSource } from './workflow-text.ts';

export const PACK = 'acme/eks-multus-actions';

/** The workflows of the pack that others call, as ID tokens name them. */
export const PACK_WORKFLOWS = ['provision', 'destroy', 'preview', 'reap'].map(
  (name) => `${PACK}/.github/workflows/${name}.yml@refs/tags/v1`,
);

/** The pack as users see it: a repository with a tag. */
export interface PackRepository {
  /** The clone that jobs check out from. */
  readonly folder: string;
  readonly source: WorkflowSource;
  /** A folder with the workflows of that commit, rewritten so that act can call them. */
  readonly callable: string;
}

/**
 * Makes the pack's repository from the files of `source`, tagged `v1`. Its main branch then moves on to a
 * state without actions.
 */
export async function packRepository(source: string, folder: string): Promise<PackRepository> {
  const clone = join(folder, 'pack');
  const callable = join(folder, 'pack-callable');
  await copyRepository(source, clone, PACK);
  await run('git', ['-C', clone, 'tag', 'v1']);
  const sha = (await run('git', ['-C', clone, 'rev-parse', 'v1'])).trim();
  await run('git', ['-C', clone, 'rm', '-r', '--quiet', 'actions']);
  await commitAll(clone, 'after v1');
  const from = { repository: PACK, sha };
  const workflows = join('.github', 'workflows');
  mkdirSync(join(callable, workflows), { recursive: true });
  for (const file of readdirSync(join(source, workflows))) {
    const text = readFileSync(join(source, workflows, file), 'utf8');
    writeFileSync(join(callable, workflows, file), forAct(text, from));
  }
  await initRepository(callable, PACK);
  return { folder: clone, source: from, callable };
}

/** The values that a user writes into an example. */
export interface Adaptation {
  /** The user's AWS account. Its roles have the names from cfn/github-oidc.yaml. */
  readonly account: string;
  /** Inputs to add to each call of a workflow, by the workflow's file. */
  readonly inputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** An action in a user's repository with the name of one of ours. Nothing must ever run it. */
const THEIR_OWN = `name: Not the pack's
description: An action of the calling repository
runs:
  using: composite
  steps:
    - { run: 'echo "::error::the caller\\'s own action ran"; exit 1', shell: bash }
`;

/** Makes a user's repository: the examples as its workflows, and its own actions with the names of ours. */
export async function userRepository(
  source: string,
  folder: string,
  name: string,
  adaptation: Adaptation,
): Promise<void> {
  const workflows = join(folder, '.github', 'workflows');
  mkdirSync(workflows, { recursive: true });
  for (const file of readdirSync(join(source, 'examples')).filter((one) => one.endsWith('.yml'))) {
    const text = readFileSync(join(source, 'examples', file), 'utf8');
    writeFileSync(join(workflows, file), adapt(text, adaptation));
  }
  for (const action of readdirSync(join(source, 'actions'))) {
    mkdirSync(join(folder, 'actions', action), { recursive: true });
    writeFileSync(join(folder, 'actions', action, 'action.yml'), THEIR_OWN);
  }
  cpSync(join(source, 'LICENSE'), join(folder, 'LICENSE'));
  await initRepository(folder, name);
}

/** An example with a user's own values. Pure. */
export function adapt(example: string, { account, inputs }: Adaptation): string {
  const named = example
    .replaceAll('OWNER/eks-multus-actions', PACK)
    .replaceAll('111122223333', account);
  return named.replace(CALL, (_, uses: string, file: string, given: string) => {
    const more = Object.entries(inputs[file] ?? {});
    const kept = given
      .split('\n')
      .filter((line) => !more.some(([input]) => line.startsWith(`      ${input}:`)));
    return [uses, ...more.map(([input, value]) => `      ${input}: ${value}`), ...kept].join('\n');
  });
}

/** A call of one of our workflows and its inputs. */
const CALL = /(?<=\n)( {4}uses: \S+\/([\w-]+\.yml)@v1\n {4}with:)\n((?: {6}.*\n)+)/g;
