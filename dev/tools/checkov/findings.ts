import type { Exception } from './exceptions.ts';

/** One result of checkov's JSON report. */
interface Result {
  readonly check_id: string;
  readonly check_name: string;
  readonly file_path: string;
  readonly resource: string;
}

/** The report of one framework. A framework that found no file reports no `results`. */
export interface Report {
  readonly results?: Readonly<
    Record<'passed_checks' | 'failed_checks' | 'skipped_checks', readonly Result[]>
  >;
}

/**
 * What is wrong: failed checks that are no exception, exceptions that nothing needs, and files that checkov did not look
 * at, as it does without a word when it does not know a property. Pure.
 *
 * @param expected the ends of the paths of all files to look at
 */
export function checkovProblems(
  reports: readonly Report[],
  exceptions: readonly Exception[],
  expected: readonly string[],
): readonly string[] {
  const results = reports.flatMap((report) =>
    report.results === undefined ? [] : [report.results],
  );
  const failed = results.flatMap((one) => one.failed_checks);
  const all = results.flatMap((one) => [
    ...one.passed_checks,
    ...one.failed_checks,
    ...one.skipped_checks,
  ]);
  const allowed = exceptions.flatMap(({ checks, files }) =>
    checks.flatMap((check) => files.map((file) => ({ check, file }))),
  );
  return [
    ...failed
      .filter((one) => !allowed.some((exception) => fits(one, exception)))
      .map((one) => `${one.check_id} (${one.check_name}): ${one.file_path} ${one.resource}`),
    ...allowed
      .filter((exception) => !failed.some((one) => fits(one, exception)))
      .map(({ check, file }) => `${file} passes ${check}: remove the exception`),
    ...expected
      .filter((file) => !all.some(({ file_path }) => isFile(file_path, file)))
      .map((file) => `checkov did not look at ${file}`),
  ];
}

function fits(result: Result, { check, file }: { check: string; file: string }): boolean {
  return result.check_id === check && isFile(result.file_path, file);
}

function isFile(path: string, file: string): boolean {
  return path.endsWith(`/${file}`);
}
