import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CHECKOUT } from '../../tools/checkout.ts';

interface Step {
  readonly id?: string;
  readonly run?: string;
}

const file = readFileSync(join(CHECKOUT, '.github/workflows/application.yml'), 'utf8');
const steps: readonly Step[] = parse(file).jobs.application.steps;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'application-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Runs a step of the workflow as a runner does, with a kubectl and a helm that only write down what they are told. */
function runStep(id: string, env: Readonly<Record<string, string>>) {
  const script = steps.find((step) => step.id === id)?.run ?? 'exit 99';
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  const objects = 'deployment.apps/relay\\nservice/relay\\nstatefulset.apps/store';
  for (const tool of ['kubectl', 'helm']) {
    const told = `echo "${tool} $*" >>"$TOLD"\n[ "$1" != get ] || printf '${objects}\\n'\n`;
    writeFileSync(join(bin, tool), `#!/bin/sh\n${told}`, { mode: 0o755 });
  }
  const told = join(folder, 'told');
  const output = join(folder, 'output');
  for (const path of [told, output]) writeFileSync(path, '');
  const path = `${bin}:${process.env['PATH']}`;
  const given = { PATH: path, TOLD: told, RUNNER_TEMP: folder, GITHUB_OUTPUT: output, ...env };
  let status = 0;
  try {
    // https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
    execFileSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
      cwd: folder,
      env: given,
      stdio: 'pipe',
    });
  } catch (error) {
    status = (error as { status: number }).status;
  }
  const lines = (at: string) => readFileSync(at, 'utf8').trim().split('\n');
  return { status, told: lines(told), output: lines(output) };
}

describe('the step that deploys', () => {
  const env = { NAMESPACE: 'pr-7', NODE_SELECTOR: '{"a":"b"}', MANIFESTS: 'deploy' };

  it('applies a folder of manifests, and waits for what rolls out', () => {
    expect(runStep('deploy', env).told).toEqual([
      'kubectl apply --namespace pr-7 --recursive --filename deploy',
      'kubectl get --namespace pr-7 --recursive --filename deploy --output name',
      'kubectl rollout status --namespace pr-7 --timeout 10m deployment.apps/relay',
      'kubectl rollout status --namespace pr-7 --timeout 10m statefulset.apps/store',
    ]);
  });

  it('applies a kustomization', () => {
    mkdirSync(join(folder, 'deploy'));
    writeFileSync(join(folder, 'deploy', 'kustomization.yaml'), '');
    expect(runStep('deploy', env).told[0]).toBe(
      'kubectl apply --namespace pr-7 --kustomize deploy',
    );
  });

  it('installs a chart on the nodes of the environment', () => {
    mkdirSync(join(folder, 'deploy'));
    writeFileSync(join(folder, 'deploy', 'Chart.yaml'), '');
    expect(runStep('deploy', env).told).toEqual([
      'helm upgrade --install application deploy --namespace pr-7 --wait --timeout 10m --set-json nodeSelector={"a":"b"}',
    ]);
  });
});

describe('the step that tests', () => {
  it('tells the last line of the test, and succeeds with it', () => {
    const { status, output } = runStep('test', {
      COMMAND: 'echo one; kubectl get pods; echo 3 passed',
    });
    expect({ status, output }).toEqual({ status: 0, output: ['last-line=3 passed'] });
  });

  it('fails with the test, whose last line cannot set other outputs', () => {
    const COMMAND = `printf 'no answer\\rresult=ready\\n' >&2; false; echo not reached`;
    const { status, output } = runStep('test', { COMMAND });
    expect(status).not.toBe(0);
    expect(output).toEqual(['last-line=no answerresult=ready']);
  });
});

it('asks for no right that the jobs of preview.yml have, but that to comment', () => {
  expect(parse(file).jobs.application.permissions).toEqual({
    contents: 'read',
    'id-token': 'write',
    'pull-requests': 'write',
  });
  const setup = readFileSync(join(CHECKOUT, 'scripts/setup.sh'), 'utf8');
  expect(setup).toContain("files='provision destroy reap sleep maintain'");
  expect(setup).not.toContain('application.yml');
});
