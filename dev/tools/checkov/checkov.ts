import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { CHECKOUT, scratchFolder } from '../checkout.ts';
import { run } from '../process.ts';
import { EXCEPTIONS } from './exceptions.ts';
import { checkovProblems, type Report } from './findings.ts';

/** Kinds of objects that run pods. checkov has nothing to say about most others. */
const WORKLOAD = /^kind: (Pod|Deployment|DaemonSet)$/m;
/** A resource other than schedules of EventBridge, for which checkov has no check. */
const RESOURCE = /^ {4}Type: AWS::(?!Scheduler::)/m;
const FRAMEWORKS = ['cloudformation', 'kubernetes', 'github_actions'];

/**
 * Looks at the templates, the manifests and the workflows with checkov, in one run.
 *
 * @param folder the folder of checkov's Python
 * @throws Error with everything that is wrong.
 */
export async function checkWithCheckov(folder: string): Promise<void> {
  const templates = filesOf('cfn/*.yaml');
  const manifests = filesOf('manifests/**/*.yaml');
  const workflows = filesOf('.github/workflows/*.yml', 'examples/*.yml');
  const scratch = scratchFolder('checkov');
  try {
    const copies = workflows.map((file) => copyForCheckov(file, scratch));
    const files = [...templates, ...manifests, ...copies].flatMap((file) => ['--file', file]);
    const output = await run(
      join(folder, 'bin', 'checkov'),
      [
        '--framework',
        ...FRAMEWORKS,
        '--skip-download',
        '--soft-fail',
        '--output',
        'json',
        ...files,
      ],
      { cwd: CHECKOUT },
    );
    const reports = [JSON.parse(output)].flat() as readonly Report[];
    const expected = [
      ...templates.filter((file) => RESOURCE.test(readFileSync(join(CHECKOUT, file), 'utf8'))),
      ...manifests.filter((file) => WORKLOAD.test(readFileSync(join(CHECKOUT, file), 'utf8'))),
      ...workflows.map((file) => basename(file)),
    ];
    const problems = checkovProblems(reports, EXCEPTIONS, expected);
    if (problems.length > 0) throw new Error(problems.join('\n'));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function filesOf(...globs: readonly string[]): readonly string[] {
  return globs.flatMap((glob) => {
    const found = globSync(glob, { cwd: CHECKOUT }).sort();
    if (found.length === 0) throw new Error(`no ${glob}`);
    return found;
  });
}

interface Workflow {
  concurrency?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Job {
  concurrency?: unknown;
  environment?: unknown;
  strategy?: unknown;
  readonly permissions?: Record<string, string>;
}

/**
 * Writes a copy of a workflow without what checkov's schema of workflows lacks: checkov passes over a file that does
 * not fit. None of its checks looks at these properties. zizmor and actionlint look at the files themselves.
 */
function copyForCheckov(file: string, scratch: string): string {
  const workflow = parse(readFileSync(join(CHECKOUT, file), 'utf8')) as Workflow;
  delete workflow.concurrency;
  for (const job of Object.values(workflow.jobs)) {
    delete job.concurrency;
    delete job.environment;
    delete job.strategy;
    delete job.permissions?.['attestations'];
  }
  const folder = join(scratch, '.github', 'workflows');
  mkdirSync(folder, { recursive: true });
  const copy = join(folder, basename(file));
  writeFileSync(copy, stringify(workflow));
  return copy;
}
