import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { CHECKOUT } from '../../tools/checkout.ts';

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
}
interface Job {
  readonly steps?: readonly Step[];
  readonly permissions?: unknown;
  readonly 'timeout-minutes'?: number;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly concurrency?: Concurrency;
  readonly environment?: string | { readonly name: string };
}
interface Concurrency {
  readonly group?: string;
  readonly queue?: string;
  readonly 'cancel-in-progress'?: boolean;
}
interface Declared {
  readonly required?: boolean;
  readonly description?: string;
  readonly default?: string;
  readonly type?: string;
}
interface Workflow {
  readonly on: {
    readonly workflow_call?: { readonly inputs?: Readonly<Record<string, Declared>> };
    readonly workflow_dispatch?: { readonly inputs?: Readonly<Record<string, Declared>> };
  };
  readonly permissions?: unknown;
  readonly concurrency?: Concurrency;
  readonly jobs: Readonly<Record<string, Job>>;
}
interface ActionFile {
  readonly inputs: Readonly<Record<string, { required?: boolean }>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** Their own repository, at their own commit: https://github.blog/changelog/2026-07-30-reference-same-repository-actions-with-self-repository-syntax */
const OWN = '$/actions/';
const folder = join(CHECKOUT, '.github/workflows');
const workflows = readdirSync(folder)
  .filter((file) => file.endsWith('.yml'))
  .map((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    return { file, text, workflow: parse(text) as Workflow };
  });
const jobs = workflows.flatMap(({ file, workflow }) =>
  Object.entries(workflow.jobs).map(([name, job]) => ({ file, name, job })),
);
const callable = new Set(
  workflows.filter(({ workflow }) => workflow.on.workflow_call).map(({ file }) => file),
);
const ownSteps = jobs.flatMap(({ file, name, job }) =>
  (job.steps ?? [])
    .filter((step) => step.uses?.startsWith(OWN))
    .map((step) => ({ place: `${file} ${name}`, job, step, action: actionOf(step) })),
);

function actionOf(step: Step): ActionFile {
  const name = step.uses?.slice(OWN.length) ?? '';
  return parse(
    readFileSync(resolve(CHECKOUT, 'actions', name, 'action.yml'), 'utf8'),
  ) as ActionFile;
}

it('finds workflows, and steps that use each of the actions', () => {
  expect(workflows.length).toBeGreaterThanOrEqual(2);
  expect(new Set(ownSteps.map(({ step }) => step.uses)).size).toBe(6);
});

it.each(ownSteps)(
  '$place $step.uses: gives only inputs that exist, and all that are required',
  ({ step, action }) => {
    const given = Object.keys(step.with ?? {});
    expect(given.length).toBeGreaterThan(0);
    for (const input of given) expect(action.inputs).toHaveProperty(input);
    for (const [input, { required }] of Object.entries(action.inputs)) {
      if (required) expect(given).toContain(input);
    }
  },
);

it.each(ownSteps)(
  '$place $step.uses: job outputs come from outputs that the action has',
  ({ job, step, action }) => {
    for (const value of Object.values(job.outputs ?? {})) {
      const [, id, output] = /steps\.([\w-]+)\.outputs\.([\w-]+)/.exec(value) ?? [];
      if (id === step.id && output !== undefined) expect(action.outputs).toHaveProperty(output);
    }
  },
);

it.each(workflows)(
  '$file: uses every input that it declares, and declares every input that it uses',
  ({ text, workflow }) => {
    const used = new Set([...text.matchAll(/inputs\.([\w-]+)/g)].map(([, name]) => name));
    const { workflow_call: call, workflow_dispatch: dispatch } = workflow.on;
    const widest = call?.inputs ?? dispatch?.inputs;
    if (widest !== undefined) expect(new Set(Object.keys(widest))).toEqual(used);
  },
);

/** More inputs than this make a form that nobody reads. GitHub allows 25. The others are in a file (`config-file`). */
const MOST_INPUTS_BY_HAND = 12;

it('has no default for an input that a file may give, so that the file can give it', () => {
  const calls = workflows.filter(({ file }) => ['provision.yml', 'preview.yml'].includes(file));
  const keys = Object.keys(
    JSON.parse(readFileSync(join(CHECKOUT, 'schemas/config-v1.json'), 'utf8')).properties,
  );
  const given = calls.flatMap(({ file, workflow }) =>
    Object.entries(workflow.on.workflow_call?.inputs ?? {})
      .filter(([name, input]) => keys.includes(name) && (input.default ?? '') !== '')
      .map(([name]) => `${file} ${name}`),
  );
  expect(given).toEqual([]);
});

it('asks who may connect wherever it makes a cluster', () => {
  const [provision, preview] = ['provision.yml', 'preview.yml'].map(
    (name) => workflows.find(({ file }) => file === name)?.workflow.on,
  );
  for (const start of [
    provision?.workflow_dispatch,
    provision?.workflow_call,
    preview?.workflow_call,
  ]) {
    expect(start?.inputs).toHaveProperty('admin-role-arns');
  }
  expect(readFileSync(join(CHECKOUT, 'README.md'), 'utf8')).toContain('`admin-role-arns`');
});

it.each(workflows)('$file: takes the same inputs by hand and when it is called', ({ workflow }) => {
  const { workflow_call: call, workflow_dispatch: dispatch } = workflow.on;
  if (call?.inputs === undefined || dispatch?.inputs === undefined) return;
  expect(Object.keys(dispatch.inputs).length).toBeLessThanOrEqual(MOST_INPUTS_BY_HAND);
  expect(Object.keys(call.inputs)).toEqual(expect.arrayContaining(Object.keys(dispatch.inputs)));
  for (const [name, input] of Object.entries(call.inputs)) {
    const other = dispatch.inputs[name];
    expect(input.description ?? '', name).not.toBe('');
    if (other === undefined) {
      expect(input.required ?? false, name).toBe(false);
      continue;
    }
    expect(other.required, name).toBe(input.required);
    if (other.type === 'choice') {
      // A caller leaves out what a person leaves as it is.
      expect({ name, default: other.default, called: input.default }).toEqual({
        name: 'layout',
        default: 'fitting',
        called: '',
      });
      continue;
    }
    expect({ type: other.type, default: other.default ?? '' }, name).toEqual({
      type: input.type,
      default: input.default ?? '',
    });
  }
});

it.each(workflows)(
  '$file: grants nothing at the top; pins every foreign action to a commit',
  ({ text, workflow }) => {
    expect(workflow.permissions).toEqual({});
    const foreign = [...text.matchAll(/uses: (\S+)(.*)/g)].filter(
      ([, uses]) => !uses?.startsWith('$/'),
    );
    for (const [, uses, comment] of foreign) {
      expect(uses).toMatch(/@[0-9a-f]{40}$/);
      expect(comment).toMatch(/# v\d/);
    }
  },
);

it.each(jobs.filter(({ job }) => job.steps !== undefined))(
  '$file $name: has permissions and a time limit',
  ({ job }) => {
    expect(job.permissions).toBeDefined();
    expect(job['timeout-minutes']).toBeGreaterThan(0);
  },
);

const removing = jobs.filter(({ job }) =>
  job.steps?.some((step) => step.with?.['command'] === 'destroy'),
);

it('finds the jobs that destroy', () => {
  expect(removing.length).toBeGreaterThanOrEqual(3);
});

it.each(removing)('$file $name: waits for its turn, and is not dropped by a later one', (found) => {
  const workflow = workflows.find(({ file }) => file === found.file)?.workflow;
  const { group, ...rest } = found.job.concurrency ?? workflow?.concurrency ?? {};
  expect(group).toMatch(/^eks-multus-actions\//);
  // With the default, `single`, a run that waits is cancelled when another one comes.
  expect(rest).toEqual({ queue: 'max', 'cancel-in-progress': false });
});

it.each(jobs)('$file $name: the queues of its concurrency are such as GitHub knows', (found) => {
  const workflow = workflows.find(({ file }) => file === found.file)?.workflow;
  for (const concurrency of [found.job.concurrency, workflow?.concurrency]) {
    expect(['single', 'max']).toContain(concurrency?.queue ?? 'single');
  }
});

it('never checks the pack out, because the token of a job reads no other private repository', () => {
  const checkouts = jobs.flatMap(({ job }) =>
    (job.steps ?? []).filter((step) => step.uses?.startsWith('actions/checkout@')),
  );
  expect(checkouts.length).toBeGreaterThan(0);
  for (const { with: given = {} } of checkouts) expect(given).not.toHaveProperty('repository');
});

it.each(ownSteps)('$place $step.uses: exists', ({ step }) => {
  const folder = resolve(CHECKOUT, step.uses?.slice(2) ?? '');
  expect(readdirSync(folder)).toContain('action.yml');
});

it('asks reviewers once for a whole run of provision.yml, and not for a plan', () => {
  const inEnvironment = jobs.filter(
    ({ file, job }) => file === 'provision.yml' && job.environment !== undefined,
  );
  expect(inEnvironment.map(({ job }) => job.environment)).toEqual([
    {
      name: '${{ (inputs.check-only || inputs.plan-only) && inputs.plan-environment || inputs.github-environment }}',
      deployment: '${{ !inputs.check-only && !inputs.plan-only }}',
    },
  ]);
});

it('lets a role trust an environment: each job that gets AWS credentials can be in one', () => {
  const withToken = jobs.filter(
    ({ file, job }) => callable.has(file) && Reflect.get(Object(job.permissions), 'id-token'),
  );
  expect(withToken.length).toBeGreaterThan(5);
  for (const { file, name, job } of withToken) {
    const { environment } = job;
    const named = typeof environment === 'string' ? environment : environment?.name;
    expect(named, `${file} ${name}`).toMatch(/^\$\{\{ (.+ \|\| )?inputs\.github-environment \}\}$/);
  }
});

const credentials = ['role-to-assume', 'chained-role', 'allowed-account-ids'] as const;

it.each(ownSteps.filter(({ step }) => step.with?.['role-to-assume'] !== undefined))(
  'passes all that makes credentials on to $place',
  ({ step }) => {
    for (const input of credentials) {
      expect(step.with?.[input], input).toBe(`\${{ inputs.${input} }}`);
    }
  },
);
