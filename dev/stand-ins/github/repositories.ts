import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from '../../tools/process.ts';
import { copyRepository, initRepository, PACK_FILES } from './repository.ts';
import { forAct, type WorkflowSource } from './workflow-text.ts';

export const PACK = 'acme/eks-multus-actions';

/** The workflows of the pack that others call, as ID tokens name them. */
export const PACK_WORKFLOWS = ['provision', 'destroy', 'preview', 'reap', 'sleep', 'maintain'].map(
  (name) => `${PACK}/.github/workflows/${name}.yml@refs/tags/v1`,
);

/** The pack as users see it: a repository with a tag. */
export interface PackRepository {
  readonly source: WorkflowSource;
  /** A folder with the files of that commit, its workflows rewritten so that act can call them. */
  readonly folder: string;
  /** Where act finds the repository: by the tag for workflows, by the commit for their actions. */
  readonly local: Readonly<Record<string, string>>;
}

/** Makes the pack's repository from the files of `source`, tagged `v1`. */
export async function packRepository(source: string, root: string): Promise<PackRepository> {
  const folder = join(root, 'pack');
  const commit = await copyRepository(source, folder, PACK, PACK_FILES);
  await run('git', ['-C', folder, 'tag', 'v1', commit.sha]);
  const local = { [`${PACK}@v1`]: folder, [`${PACK}@${commit.sha}`]: folder };
  return { folder, source: commit, local };
}

/** The examples that give pull requests previews. A repository has one of them. */
const PREVIEWS = [
  'pull-request-preview.yml',
  'application-in-preview.yml',
  'tested-preview.yml',
] as const;

/** The values that a user writes into an example. */
export interface Adaptation {
  /** The user's AWS account. Its roles have the names from cfn/github-oidc.yaml. */
  readonly account: string;
  /** The repository's variables (`vars`), as scripts/setup.sh writes them. */
  readonly variables: Readonly<Record<string, string>>;
  /** Files to add to the repository, by their paths. */
  readonly files?: Readonly<Record<string, string>>;
  /** Inputs to add to each call of a workflow, by the workflow's file. */
  readonly inputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The example that gives pull requests previews; by default pull-request-preview.yml. */
  readonly previewsBy?: (typeof PREVIEWS)[number];
  /** What the user adds at the end of an example, by its file. */
  readonly more?: Readonly<Record<string, string>>;
  /** Whether nobody has set the repository up: it has no workflows, and its environments no rules. */
  readonly fresh?: boolean;
}

/** An action in a user's repository with the name of one of ours. Nothing must ever run it. */
const THEIR_OWN = `name: Not the pack's
description: An action of the calling repository
runs:
  using: composite
  steps:
    - { run: 'echo "::error::the caller\\'s own action ran"; exit 1', shell: bash }
`;

/** A workflow of the user's repository that tries to read the pack with the token of its job. */
export const CHECK_OUT_THE_PACK = 'check-out-the-pack.yml';

/** The job of docs/github.md that deletes GitHub's environments of previews that are gone. The variable CLEANUP_APP_TOKEN has the token of the app. */
export const CLEAN_ENVIRONMENTS = 'clean-environments.yml';

/**
 * Makes a user's repository: the examples as its workflows, and its own actions with the names of ours. Then rewrites the workflows
 * for act, which reads them from the folder.
 */
export async function userRepository(
  source: string,
  folder: string,
  name: string,
  adaptation: Adaptation,
): Promise<void> {
  const workflows = join(folder, '.github', 'workflows');
  mkdirSync(workflows, { recursive: true });
  const examples = adaptation.fresh ? [] : readdirSync(join(source, 'examples'));
  for (const file of examples.filter((one) => isChosen(one, adaptation.previewsBy))) {
    const text = readFileSync(join(source, 'examples', file), 'utf8');
    const more = adaptation.more?.[file] ?? '';
    writeFileSync(join(workflows, file), adapt(text, adaptation) + more);
  }
  for (const file of adaptation.fresh ? [] : [CHECK_OUT_THE_PACK, CLEAN_ENVIRONMENTS]) {
    const text = readFileSync(join(import.meta.dirname, file), 'utf8');
    writeFileSync(join(workflows, file), adapt(text, adaptation));
  }
  for (const action of readdirSync(join(source, 'actions'))) {
    mkdirSync(join(folder, 'actions', action), { recursive: true });
    writeFileSync(join(folder, 'actions', action, 'action.yml'), THEIR_OWN);
  }
  for (const [path, text] of Object.entries(adaptation.files ?? {})) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  cpSync(join(source, 'LICENSE'), join(folder, 'LICENSE'));
  const sha = await initRepository(folder, name);
  for (const file of readdirSync(workflows)) {
    const text = readFileSync(join(workflows, file), 'utf8');
    const path = `.github/workflows/${file}`;
    writeFileSync(join(workflows, file), forAct(text, { repository: name, sha }, path));
  }
}

function isChosen(example: string, previews: string = PREVIEWS[0]): boolean {
  const others: readonly string[] = PREVIEWS.filter((one) => one !== previews);
  return example.endsWith('.yml') && !others.includes(example);
}

/** An example with a user's own values. Pure. */
export function adapt(example: string, { account, inputs }: Omit<Adaptation, 'variables'>): string {
  const noDrafts = inputs['preview.yml']?.['drafts'] !== undefined;
  const named = example
    .replaceAll('OWNER/eks-multus-actions', PACK)
    .replaceAll('111122223333', account)
    .replace(LABEL_EVENTS, (events) => (noDrafts ? `${events}, ${DRAFT_EVENTS}` : events));
  return named.replace(CALL, (_, uses: string, file: string, given: string) => {
    const more = Object.entries(inputs[file] ?? {});
    const kept = given
      .split('\n')
      .filter((line) => !more.some(([input]) => line.startsWith(`      ${input}:`)));
    return [uses, ...more.map(([input, value]) => `      ${input}: ${value}`), ...kept].join('\n');
  });
}

const LABEL_EVENTS = 'labeled, unlabeled';
/** The events that a workflow with `drafts: false` runs on as well (preview.yml). */
const DRAFT_EVENTS = 'ready_for_review, converted_to_draft';

/** A call of one of our workflows and its inputs. */
const CALL = /(?<=\n)( {4}uses: \S+\/([\w-]+\.yml)@v1\n {4}with:)\n((?: {6}.*\n)+)/g;
