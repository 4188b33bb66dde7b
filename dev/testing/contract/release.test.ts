import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
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
    'actions/*/action.yml',
    'actions/*/dist/*',
    'cfn/*.yaml',
    'cfn/attach-enis/dist/*',
    'manifests/**/*.yaml',
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
