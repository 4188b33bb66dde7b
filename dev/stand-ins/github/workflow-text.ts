import { isMap, isScalar, isSeq, parseDocument, visit } from 'yaml';

/**
 * Keys that GitHub added in 2026. act 0.2.89 rejects a file with these keys, and supports neither queues nor
 * deployments.
 */
const UNKNOWN_TO_ACT = /^ +queue: max\b.*\n|^ {6}deployment: .*\n/gm;

/** An action in the workflow's own repository, at the workflow's own commit. act does not know it. */
const OWN_ACTION = /(?<=\buses: )\$\/(actions\/[\w-]+)/g;

/** The commit that has a workflow file. */
export interface WorkflowSource {
  /** `owner/name` */
  readonly repository: string;
  readonly sha: string;
}

/**
 * A workflow file rewritten for act. Names the repository and the commit of `$/…`, as GitHub's runner does before it
 * downloads an action
 * (https://github.com/actions/runner/blob/v2.336.0/src/Runner.Worker/ActionManager.cs, ResolveSelfRepositoryReferences). Gives
 * each job with an environment a first step that enters it. Pure.
 *
 * @param path of the file in the repository, which the tokens of these jobs then name; without one, they name the workflow that
 *   the run calls first
 */
export function forAct(text: string, { repository, sha }: WorkflowSource, path?: string): string {
  const named = text.replace(OWN_ACTION, (_, action: string) => `${repository}/${action}@${sha}`);
  const workflow = path === undefined ? '' : `${repository}/${path}`;
  return withEnteredEnvironments(named, workflow).replace(UNKNOWN_TO_ACT, '');
}

/** A workflow without the steps after the one with this id. Pure. */
export function upToStep(text: string, id: string): string {
  const document = parseDocument(text);
  visit(document, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || key.value !== 'steps' || !isSeq(value)) return;
      const index = value.items.findIndex((step) => isMap(step) && step.get('id') === id);
      if (index >= 0) value.items.splice(index + 1);
    },
  });
  return String(document);
}

/** The stand-in for the moment at which GitHub lets a job into its environment. */
const ENTER = `actions/enter-environment@${'0'.repeat(40)}`;

/** The environment of the job that a line belongs to, as far as it has been read. */
interface JobEnvironment {
  readonly name?: string;
  readonly deployment?: string;
  /** Whether the line is below `environment:`. */
  readonly within?: boolean;
}

function withEnteredEnvironments(text: string, workflow: string): string {
  let environment: JobEnvironment = {};
  const lines = text.split('\n').flatMap((line) => {
    environment = isJob(line) ? {} : next(environment, line);
    const { name, deployment = 'true' } = environment;
    if (line !== '    steps:' || name === undefined) return [line];
    return [
      line,
      '      - name: Enter the environment',
      `        uses: ${ENTER}`,
      '        with:',
      `          name: ${name}`,
      `          deployment: ${deployment.replace(/ #.*/, '')}`,
      ...(workflow === '' ? [] : [`          workflow: ${workflow}`]),
    ];
  });
  return lines.join('\n');
}

function isJob(line: string): boolean {
  return /^ {2}[\w-]+:$/.test(line);
}

/** What is known of the environment after one more line of its job. */
function next(before: JobEnvironment, line: string): JobEnvironment {
  if (line === '    environment:') return { ...before, within: true };
  const [, short] = /^ {4}environment: (\S.*)$/.exec(line) ?? [];
  if (short !== undefined) return { name: short };
  if (before.within !== true || !line.startsWith('      ')) return { ...before, within: false };
  const [, key = '', value = ''] = /^ {6}(name|deployment): (\S.*)$/.exec(line) ?? [];
  return key === '' ? before : { ...before, [key]: value };
}
