import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './dev/testing/setup/longest-first.ts';
import { COMPILED } from './dev/tools/checkout.ts';

// Temporary files of the tests, and of the programs that they start, stay inside the checkout.
const scratch = join(import.meta.dirname, 'node_modules', '.cache', 'tests');
mkdirSync(scratch, { recursive: true });
process.env['TMPDIR'] = scratch;
process.env['KUBECACHEDIR'] = join(scratch, 'kubectl');
// For workers, and for the programs that tests start again and again.
process.env['NODE_COMPILE_CACHE'] = COMPILED;

// For programs in Go, which live for seconds here: garbage collection takes a tenth of the start of an API server.
process.env['GOGC'] = '400';

/**
 * Integration tests wait for their servers more than half of the time, so more workers than cores keep the cores busy: four
 * workers keep two cores busy three quarters of the time. The projects share them, for which vitest demands the same number
 * in each.
 */
const maxWorkers = Math.min(availableParallelism() + 4, 8);

/**
 * Both projects run at once and find their tests beside the sources: `unit` needs no server, the tests of `integration`
 * start real servers on free ports and boot whole nodes.
 */
export default defineConfig({
  test: {
    coverage: {
      provider: 'custom',
      customProviderModule: 'dev/testing/setup/touched-coverage.ts',
      include: ['src/**/*.ts', 'cfn/attach-enis/*.ts'],
      exclude: [
        '**/*.test.ts',
        'src/**/main.ts',
        'src/**/testing/**',
        // The report page runs in a browser, where coverage is not measured.
        'src/connectivity/report/page/**',
      ],
      // Pages take seconds to write; CONTRIBUTING.md says how to get them.
      reporter: ['text-summary', 'json-summary'],
      thresholds: { lines: 95 },
    },
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          globalSetup: 'dev/testing/setup/ensure-tools.ts',
          include: ['{src,cfn,dev}/**/*.test.ts'],
          exclude: ['**/*.integration.test.ts', '**/node_modules/**'],
          maxWorkers,
          // Files share a worker's modules; loading them anew for each file took half of the time.
          isolate: false,
          // Properties take a hundred times as long as examples, and machines are busy at times.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['{src,cfn,dev}/**/*.integration.test.ts'],
          exclude: ['**/node_modules/**'],
          maxWorkers,
          // As above: the clients of AWS and of Kubernetes, and the stand-ins, take a second of CPU time to load.
          isolate: false,
          globalSetup: [
            'dev/testing/setup/ensure-tools.ts',
            'dev/stand-ins/aws/testing/moto-fork-server.ts',
            'dev/testing/setup/api-server-pool.ts',
            'dev/testing/aws-command/aws-command.ts',
            'dev/testing/programs/bundled-programs.ts',
          ],
          setupFiles: 'dev/testing/setup/end-processes.ts',
          testTimeout: 120_000,
          hookTimeout: 900_000,
          // A server answers when a busy machine lets it; vitest alone would give up after a second.
          expect: { poll: { timeout: 60_000 } },
        },
      },
    ],
  },
});
