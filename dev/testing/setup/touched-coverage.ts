import istanbul from '@vitest/coverage-istanbul';
import type { CoverageProviderModule } from 'vitest/node';

/** The property of the global object in which @vitest/coverage-istanbul counts, by the paths of the sources. */
const COUNTERS = '__VITEST_COVERAGE__';

/** How often each statement, each function and each branch ran. */
interface Counted {
  readonly s: Readonly<Record<string, number>>;
  readonly f: Readonly<Record<string, number>>;
  readonly b: Readonly<Record<string, readonly number[]>>;
}
type Counters = Readonly<Record<string, Counted>>;
type Holder = { [COUNTERS]?: Counters };

/**
 * Istanbul's provider of coverage, which hands over only the sources that a file of tests has run. A worker of the unit tests
 * loads nearly all sources in time, and would write, and vitest read and merge, megabytes of zeros for each file of tests.
 * Sources that no test runs count all the same, because of `coverage.include`.
 */
const touchedCoverage: CoverageProviderModule = {
  ...istanbul,
  takeCoverage(options) {
    const holder = globalThis as Holder;
    const all = holder[COUNTERS];
    if (all === undefined) return undefined;
    holder[COUNTERS] = Object.fromEntries(Object.entries(all).filter(([, one]) => hasRun(one)));
    try {
      // Makes a text of the counters before it waits for anything.
      return istanbul.takeCoverage?.(options);
    } finally {
      holder[COUNTERS] = all;
    }
  },
};
// biome-ignore lint/style/noDefaultExport: vitest takes the provider from the default export.
export default touchedCoverage;

function hasRun({ s, f, b }: Counted): boolean {
  return [s, f, b].some((counts) =>
    Object.values(counts)
      .flat()
      .some((count) => count > 0),
  );
}
