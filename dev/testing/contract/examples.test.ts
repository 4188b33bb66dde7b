import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CHECKOUT } from '../../tools/checkout.ts';

type Permissions = Readonly<Record<string, 'read' | 'write'>>;

interface Step {
  readonly id?: string;
  readonly uses?: string;
}

interface Job {
  readonly uses?: string;
  readonly steps?: readonly Step[];
  readonly with?: Readonly<Record<string, unknown>>;
  readonly permissions?: Permissions;
}

interface Workflow {
  readonly on: {
    readonly workflow_call?: {
      readonly inputs: Readonly<Record<string, { required?: boolean; type?: string }>>;
    };
  };
  readonly permissions: Permissions;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** By the major version, or by a commit. */
const OURS = /^OWNER\/eks-multus-actions\/\.github\/workflows\/([\w-]+\.yml)@(?:v1|0{40})$/;

function read(...path: readonly string[]): Workflow {
  return parse(readFileSync(join(CHECKOUT, ...path), 'utf8')) as Workflow;
}

const examples = readdirSync(join(CHECKOUT, 'examples'))
  .filter((file) => file.endsWith('.yml'))
  .map((file) => ({ file, workflow: read('examples', file) }));
const calls = examples.flatMap(({ file, workflow }) =>
  Object.entries(workflow.jobs).flatMap(([name, job]) => {
    const called = OURS.exec(job.uses ?? '')?.[1];
    if (job.uses === undefined || called === undefined) return [];
    return [{ place: `${file} ${name}`, job, called, workflow: read('.github/workflows', called) }];
  }),
);

/** The most that any job of a workflow asks for: what a caller has to grant, and no more. */
function asked(workflow: Workflow): Permissions {
  const all = Object.values(workflow.jobs).flatMap(({ permissions = {} }) =>
    Object.entries(permissions),
  );
  const written = new Map(all.filter(([, access]) => access === 'write'));
  return Object.fromEntries([...all, ...written]);
}

/** The workflows that others call. CI is called, too, but by this repository only; what others call brings the pack along. */
const callable = readdirSync(join(CHECKOUT, '.github/workflows')).filter((file) =>
  readFileSync(join(CHECKOUT, '.github/workflows', file), 'utf8').includes('uses: $/actions/'),
);

it('asks in a bug report for each of the workflows that can be called', () => {
  const form = parse(readFileSync(join(CHECKOUT, '.github/ISSUE_TEMPLATE/bug.yml'), 'utf8')) as {
    body: readonly { id?: string; attributes: { options?: readonly string[] } }[];
  };
  const options = form.body.find(({ id }) => id === 'part')?.attributes.options ?? [];
  expect(options).toEqual(expect.arrayContaining(callable));
});

it('has an example that calls each of the workflows that can be called', () => {
  expect([...new Set(calls.map(({ called }) => called))].sort()).toEqual(callable.sort());
  expect(examples.length).toBeGreaterThanOrEqual(5);
});

it('lists each example once on the page about them', () => {
  const page = readFileSync(join(CHECKOUT, 'examples', 'README.md'), 'utf8');
  const listed = [...page.matchAll(/^\| \[`([\w-]+)`\]\(([\w-]+)\.yml\) \|/gm)];
  expect(listed.map(([, name, file]) => [name, `${file}.yml`]).sort()).toEqual(
    examples.map(({ file }) => [file.replace('.yml', ''), file]).sort(),
  );
});

it.each(examples)('$file: grants nothing at the top, and calls nothing but the pack', (example) => {
  expect(example.workflow.permissions).toEqual({});
  for (const { uses } of Object.values(example.workflow.jobs))
    if (uses !== undefined) expect(uses).toMatch(OURS);
});

it('has one example that names the pack by a commit', () => {
  const pinned = calls.filter(({ job }) => job.uses?.endsWith('0'.repeat(40)));
  expect(pinned.map(({ place }) => place)).toEqual(['pinned-to-a-commit.yml deploy']);
});

it.each(calls)(
  '$place: works in a GitHub environment that the README protects',
  ({ job, called }) => {
    const protectedOnes = ['eks-multus', 'eks-multus-previews'];
    // These have one of them as their default.
    const given =
      job.with?.['github-environment'] ??
      (['reap.yml', 'sleep.yml', 'maintain.yml'].includes(called)
        ? 'eks-multus-previews'
        : undefined);
    expect(protectedOnes).toContain(given);
  },
);

describe.each(calls)('$place', ({ job, workflow }) => {
  const inputs = workflow.on.workflow_call?.inputs ?? {};

  // GitHub makes texts of numbers and flags, but not the other way round: src/Sdk/WorkflowParser/ObjectTemplating/TemplateEvaluator.cs
  // of actions/runner, Validate.
  it('gives only inputs that exist, all that are required, each of its type or for a text', () => {
    const given = job.with ?? {};
    for (const [name, { required }] of Object.entries(inputs)) {
      if (required) expect(given).toHaveProperty(name);
    }
    for (const [name, value] of Object.entries(given)) {
      expect(inputs).toHaveProperty(name);
      if (!String(value).includes('${{')) {
        expect([typeof value, 'string'], name).toContain(inputs[name]?.type);
      }
    }
  });

  it('names both roles that an account has for the pack', () => {
    const roles = ['role-to-assume', 'cloudformation-role-arn'].filter((name) => name in inputs);
    expect(roles).toContain('role-to-assume');
    for (const role of roles) expect(job.with, role).toHaveProperty(role);
  });

  it('grants exactly what the called jobs ask for', () => {
    expect(job.permissions).toEqual(asked(workflow));
  });
});

/** The outputs that a file of the pack declares: a workflow or an action. */
function outputsOf(...path: readonly string[]): readonly string[] {
  const { on, outputs } = parse(readFileSync(join(CHECKOUT, ...path), 'utf8')) as {
    on?: { workflow_call?: { outputs?: object } };
    outputs?: object;
  };
  return Object.keys(on?.workflow_call?.outputs ?? outputs ?? {});
}

/** Each output of the pack that an example uses, with those that there are. */
const usedOutputs = examples.flatMap(({ file, workflow }) => {
  const text = readFileSync(join(CHECKOUT, 'examples', file), 'utf8');
  return [...text.matchAll(/\b(needs|steps)\.([\w-]+)\.outputs\.([\w-]+)/g)].flatMap(
    ([, kind, id = '', output = '']) => {
      const job = workflow.jobs[id];
      const steps = Object.values(workflow.jobs).flatMap((one) => one.steps ?? []);
      const uses = kind === 'needs' ? job?.uses : steps.find((step) => step.id === id)?.uses;
      const called = OURS.exec(uses ?? '')?.[1];
      if (called !== undefined)
        return [{ file, output, known: outputsOf('.github/workflows', called) }];
      const action = /^OWNER\/eks-multus-actions(\/actions\/[\w-]+)?@/.exec(uses ?? '');
      return action === null
        ? []
        : [{ file, output, known: outputsOf(action[1] ?? '', 'action.yml') }];
    },
  );
});

it('finds outputs in several examples', () => {
  expect(new Set(usedOutputs.map(({ file }) => file)).size).toBeGreaterThanOrEqual(4);
});

it.each(usedOutputs)('$file: uses the output $output, which there is', ({ output, known }) => {
  expect(known).toContain(output);
});

const texts = examples.map(({ file }) => ({
  file,
  text: readFileSync(join(CHECKOUT, 'examples', file), 'utf8'),
}));

describe.each(texts)('$file', ({ file, text }) => {
  const setUp = readFileSync(join(CHECKOUT, 'scripts/setup.sh'), 'utf8');

  it('uses only variables that scripts/setup.sh writes', () => {
    const used = [...text.matchAll(/vars\.(\w+)/g)].map(([, name]) => name);
    expect(used.length).toBeGreaterThan(0);
    for (const name of used) expect(setUp).toContain(`set_variable ${name} `);
  });

  // The variables are those of one region.
  it.skipIf(file === 'matrix-over-regions.yml')(
    'has roles and regions from these variables',
    () => {
      const given = [
        ...text.matchAll(/^ +(aws-region|role-to-assume|cloudformation-role-arn): (.*)$/gm),
      ];
      expect(given.length).toBeGreaterThan(1);
      for (const [, , value] of given) expect(value).toMatch(/^\$\{\{ vars\.EKS_MULTUS_\w+ \}\}$/);
      expect(text).not.toMatch(/arn:aws|[a-z]{2}-[a-z]+-\d/);
    },
  );

  it('lets people into each cluster that it makes', () => {
    const onGiven = text.includes('existing-cluster:');
    const makes =
      !onGiven && /provision\.yml@|preview\.yml@|command: \$|eks-multus-actions@/.test(text);
    const lets = /admin-role-arns: .*\$\{\{ vars\.EKS_MULTUS_ADMINS \}\}|config-file:/.test(text);
    expect(lets).toBe(makes);
  });
});
