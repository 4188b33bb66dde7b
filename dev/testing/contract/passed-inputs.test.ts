import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { CHECKOUT } from '../../tools/checkout.ts';

const CREDENTIALS = {
  audience: 'the templates for the role know this one audience',
  'role-duration-seconds': 'credentials are renewed as long as the job lasts',
  'timeout-minutes': "the workflow's job has a time limit of its own",
};
const CLUSTER = 'the environment names the cluster';
const NODES = 'the environment describes the nodes';

/** Inputs of actions that no workflow of the pack passes, and why a workflow's user does not need them. */
const NOT_PASSED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'configure-multus': {
    ...CREDENTIALS,
    'cluster-name': CLUSTER,
    'cluster-endpoint': CLUSTER,
    kubeconfig: CLUSTER,
    'cluster-certificate-authority': CLUSTER,
    authentication: NODES,
    'node-role-arns': NODES,
    'expected-nodes': NODES,
  },
  provision: { ...CREDENTIALS, 'github-token': "the job's own token is the default" },
};

interface WithSteps {
  readonly jobs: Readonly<
    Record<
      string,
      { steps?: readonly { uses?: string; with?: Readonly<Record<string, string>> }[] }
    >
  >;
}

const read = (...path: readonly string[]): unknown =>
  parse(readFileSync(join(CHECKOUT, ...path), 'utf8'));

const steps = readdirSync(join(CHECKOUT, '.github/workflows'))
  .map((file) => read('.github/workflows', file) as WithSteps)
  .flatMap(({ jobs }) => Object.values(jobs).flatMap((job) => job.steps ?? []));

it.each(Object.entries(NOT_PASSED))(
  'a workflow passes each input of %s, or the table gives the reason why not',
  (action, reasons) => {
    const { inputs } = read('actions', action, 'action.yml') as { inputs: Record<string, unknown> };
    const passed = new Set(
      steps
        .filter(({ uses }) => uses?.endsWith(`/actions/${action}`))
        .flatMap((step) => Object.keys(step.with ?? {})),
    );
    expect(passed.size).toBeGreaterThan(0);
    const missing = Object.keys(inputs).filter((name) => !passed.has(name));
    expect(missing.sort()).toEqual(Object.keys(reasons).sort());
    for (const reason of Object.values(reasons)) expect(reason).not.toBe('');
  },
);

/** Inputs of provision.yml that are none of previews, and why. */
const NOT_FOR_PREVIEWS: Readonly<Record<string, string>> = {
  environment: 'the number of the pull request names it',
  'plan-environment': 'nobody approves the plan of a preview',
  'check-only': 'the plan of a preview looks for the same',
  'plan-only': 'the comment has the plan, and the deploy follows',
};

it('previews take each input of provision.yml, on the workflow or in the file of inputs', () => {
  const inputsOf = (file: string) => {
    const { on } = read('.github/workflows', file) as {
      on: { workflow_call: { inputs: Record<string, unknown> } };
    };
    return Object.keys(on.workflow_call.inputs);
  };
  const { properties } = read('schemas/config-v1.json') as { properties: Record<string, unknown> };
  const taken = new Set([...inputsOf('preview.yml'), ...Object.keys(properties)]);
  const missing = inputsOf('provision.yml').filter((name) => !taken.has(name));
  expect(missing.sort()).toEqual(Object.keys(NOT_FOR_PREVIEWS).sort());
  const { jobs } = read('.github/workflows/preview.yml') as WithSteps;
  const deploying = jobs['deploy']?.steps?.filter(({ uses }) => uses?.startsWith('$/actions/'));
  expect(deploying?.length).toBeGreaterThan(4);
  for (const step of deploying ?? []) {
    expect(step.with?.['config-file']).toBe('${{ inputs.config-file }}');
  }
});
