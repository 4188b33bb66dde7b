/** The fields of one line of `act --json` that the rehearsal reads. */
interface ActLine {
  readonly level?: string;
  readonly msg?: string;
  readonly job?: string;
  readonly step?: string;
  readonly stepResult?: string;
  readonly jobResult?: string;
  readonly command?: string;
  readonly name?: string;
  readonly arg?: string;
  readonly content?: string;
  readonly raw_output?: boolean;
  readonly kvPairs?: Readonly<Record<string, string>>;
}

/** The result of a workflow run, collected from the runner's log. */
export interface WorkflowResult {
  readonly succeeded: boolean;
  /** The outputs of all steps, by name. A later step overwrites an earlier one. */
  readonly outputs: Readonly<Record<string, string>>;
  /** The Markdown of the job summary page. */
  readonly summary: string;
  /** Error annotations, in order. */
  readonly errors: readonly string[];
  /** Notice annotations, in order. */
  readonly notices: readonly string[];
  /** The repositories from which actions and called workflows came, each as `owner/name@ref`, once for each use. */
  readonly downloads: readonly string[];
  /** The lines that a person sees. */
  readonly log: string;
}

/** Collects a workflow's result from act's log lines, and selects the lines for people. */
export function followWorkflow() {
  const outputs: Record<string, string> = {};
  const errors: string[] = [];
  const notices: string[] = [];
  const results: string[] = [];
  const shown: string[] = [];
  const downloads: string[] = [];
  let summary = '';
  return {
    /** Reads one line of `act --json`. Returns the text to show, or undefined. */
    line(json: string): string | undefined {
      const line = parseLine(json);
      if (line === undefined) return json;
      if (line.command === 'set-output' && line.name !== undefined)
        outputs[line.name] = line.arg ?? '';
      if (line.command === 'summary') summary += line.content ?? '';
      if (line.command === 'error') errors.push(line.arg ?? '');
      if (line.command === 'notice') notices.push(line.arg ?? '');
      if (line.jobResult !== undefined) results.push(line.jobResult);
      const [, repository, ref] = DOWNLOADED.exec(line.msg ?? '') ?? [];
      if (repository !== undefined) downloads.push(`${repository}@${ref}`);
      const text = visible(line);
      if (text !== undefined) shown.push(text);
      return text;
    },
    result: (): WorkflowResult => ({
      succeeded: results.length > 0 && results.every((result) => result === 'success'),
      outputs,
      summary,
      errors,
      notices,
      downloads,
      log: shown.join('\n'),
    }),
  };
}

/** act's words when it takes a repository from a folder. */
const DOWNLOADED = /^LocalRepositoryCache matched https:\/\/github\.com\/(\S+) with ref (\S+) to /;

function parseLine(json: string): ActLine | undefined {
  try {
    return JSON.parse(json) as ActLine;
  } catch {
    return undefined;
  }
}

function visible(line: ActLine): string | undefined {
  const job = line.job === undefined ? '' : `[${line.job.split('/').at(-1)?.trim()}] `;
  if (line.raw_output === true) return `${job}${line.msg?.trimEnd() ?? ''}`;
  switch (line.command) {
    case 'group':
      return `${job}▾ ${line.arg ?? ''}`;
    case 'error':
    case 'warning':
    case 'notice':
      return `${job}${line.command}: ${line.kvPairs?.['title'] ?? ''} ${line.arg ?? ''}`;
    default:
      return undefined;
  }
}
