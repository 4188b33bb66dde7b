import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, matchesGlob } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { CHECKOUT } from '../../tools/checkout.ts';

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string>>;
}
interface Release {
  readonly jobs: Readonly<
    Record<string, { readonly permissions?: Readonly<Record<string, string>>; steps?: Step[] }>
  >;
}

const text = readFileSync(join(CHECKOUT, '.github/workflows/release.yml'), 'utf8');
const { jobs } = parse(text) as Release;
const steps = Object.values(jobs).flatMap((job) => job.steps ?? []);
const attestations = steps.filter(({ uses }) => uses?.startsWith('actions/attest@'));

/** The files of the pack that somebody who uses it runs or applies. */
function usedFiles(): readonly string[] {
  const all = execFileSync('git', ['ls-files'], { cwd: CHECKOUT, encoding: 'utf8' }).split('\n');
  const used = [
    '.github/workflows/*.yml',
    'action.yml',
    'actions/*/action.yml',
    'schemas/*.json',
    'actions/*/dist/*',
    'cfn/*.yaml',
    'cfn/attach-enis/dist/*',
    'manifests/**/*.yaml',
    'examples/*',
    'scripts/*',
  ];
  const programs = all.filter((file) => /^cfn\/node-boot\/[\w-]+(\.sh)?$/.test(file));
  return [...all.filter((file) => used.some((glob) => matchesGlob(file, glob))), ...programs];
}

it('attests every file that users run', () => {
  const [provenance] = attestations.filter((step) => step.with?.['sbom-path'] === undefined);
  const globs = provenance?.with?.['subject-path']?.trim().split('\n') ?? [];
  const files = usedFiles();
  expect(files.length).toBeGreaterThan(40);
  expect(files.filter((file) => !globs.some((glob) => matchesGlob(file, glob)))).toEqual([]);
});

it('attests the list of packages for every bundle, and publishes it', () => {
  const [listed] = attestations.filter((step) => step.with?.['sbom-path'] === 'sbom.cdx.json');
  const globs = listed?.with?.['subject-path']?.trim().split('\n') ?? [];
  const bundles = usedFiles().filter(
    (file) => /dist\/[\w.]+\.m?js$/.test(file) && !file.endsWith('page.js'),
  );
  expect(bundles.length).toBeGreaterThanOrEqual(5);
  expect(bundles.filter((file) => !globs.some((glob) => matchesGlob(file, glob)))).toEqual([]);
  expect(steps.some(({ run }) => /gh release create[\s\S]* sbom\.cdx\.json/.test(run ?? ''))).toBe(
    true,
  );
});

it('runs no code of packages in a job that can write or get ID tokens, and no install script at all', () => {
  const installs = Object.values(jobs).filter((job) =>
    job.steps?.some(({ run }) => /\bnp[mx] /.test(run ?? '')),
  );
  expect(installs).toHaveLength(1);
  expect(installs[0]?.permissions).toEqual({ contents: 'read' });
  for (const [, command] of text.matchAll(/run: (npm (?:ci|install).*)/g))
    expect(command).toBe('npm ci --ignore-scripts');
});

/**
 * Runs the step that moves the major tag, with programs in place of `gh` and `git`.
 *
 * @param present the exit code and the message of `gh` when it is asked for the tag
 * @param moved the exit code of `gh` when it changes the tag
 */
function moveMajorTag(present: readonly [number, string], moved = 0) {
  const folder = mkdtempSync(join(tmpdir(), 'release-'));
  const program = (name: string, lines: readonly string[]) =>
    writeFileSync(join(folder, name), ['#!/bin/bash', ...lines].join('\n'), { mode: 0o755 });
  program('git', ['echo v1.4.0']);
  program('gh', [
    `echo "$@" >> ${folder}/calls`,
    `if [[ $* == *--method* ]]; then exit ${moved}; fi`,
    `echo 'gh: ${present[1]}' >&2; exit ${present[0]}`,
  ]);
  const script = steps.find(({ name }) => name === 'Move the major tag')?.run ?? 'exit 9';
  const env = {
    PATH: `${folder}:${process.env['PATH']}`,
    GITHUB_REF_NAME: 'v1.4.0',
    GITHUB_REPOSITORY: 'o/r',
    GITHUB_SHA: 'abc',
  };
  try {
    const { status, stdout } = spawnSync('bash', ['-e', '-o', 'pipefail', '-c', script], { env });
    const calls = readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n').slice(1);
    return { status, calls, said: String(stdout) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it('moves the major tag where there is one, and makes it where GitHub knows none', () => {
  expect(moveMajorTag([0, 'found'])).toMatchObject({
    status: 0,
    calls: ['api --method PATCH repos/o/r/git/refs/tags/v1 --field force=true --field sha=abc'],
  });
  expect(moveMajorTag([1, 'Not Found (HTTP 404)'])).toMatchObject({
    status: 0,
    calls: ['api --method POST repos/o/r/git/refs --field ref=refs/tags/v1 --field sha=abc'],
  });
});

it('tells people the command when the tag cannot be moved', () => {
  const command = 'git push --force origin v1.4.0^{commit}:refs/tags/v1';
  const refused = moveMajorTag([0, 'found'], 1);
  expect(refused.status).toBe(1);
  expect(refused.said).toContain(command);
  const broken = moveMajorTag([1, 'Server Error (HTTP 502)']);
  expect(broken).toMatchObject({ status: 1, calls: [] });
  expect(broken.said).toContain(command);
});
