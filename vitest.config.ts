import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// Temporary files of the tests, and of the programs that they start, stay inside the checkout.
const scratch = join(import.meta.dirname, 'node_modules', '.cache', 'tests');
mkdirSync(scratch, { recursive: true });
process.env['TMPDIR'] = scratch;
process.env['KUBECACHEDIR'] = join(scratch, 'kubectl');

const INTEGRATION = '{src,cfn,dev}/**/*.integration.test.ts';
/** These tests boot whole machines, which need every core. */
const MACHINES = ['**/boot-machines.integration.test.ts'];

const servers = {
  globalSetup: 'dev/testing/setup/ensure-tools.ts',
  setupFiles: 'dev/testing/setup/end-processes.ts',
  testTimeout: 120_000,
  hookTimeout: 900_000,
};

/**
 * The projects run one after the other and find their tests beside the sources: `unit` needs no server, the tests of
 * `integration` start real servers on free ports, and those of `machines` boot whole nodes.
 */
export default defineConfig({
  test: {
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts', 'cfn/attach-enis/*.ts'],
      exclude: [
        '**/*.test.ts',
        'src/**/main.ts',
        'src/**/testing/**',
        // The report page runs in a browser, where coverage is not measured.
        'src/connectivity/report/page/**',
      ],
      reporter: ['text-summary', 'html', 'json-summary'],
      thresholds: { lines: 95 },
    },
    projects: [
      {
        test: {
          name: 'unit',
          globalSetup: 'dev/testing/setup/ensure-tools.ts',
          include: ['{src,cfn,dev}/**/*.test.ts'],
          exclude: ['**/*.integration.test.ts', '**/node_modules/**'],
          sequence: { groupOrder: 0 },
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
          include: [INTEGRATION],
          exclude: ['**/node_modules/**', ...MACHINES],
          sequence: { groupOrder: 1 },
          // These tests wait for their servers most of the time, so one more worker than cores keeps the cores busy.
          maxWorkers: Math.min(availableParallelism() + 1, 6),
          ...servers,
          globalSetup: [servers.globalSetup, 'dev/stand-ins/aws/testing/moto-fork-server.ts'],
        },
      },
      {
        test: {
          name: 'machines',
          include: MACHINES,
          sequence: { groupOrder: 2 },
          fileParallelism: false,
          ...servers,
        },
      },
    ],
  },
});
