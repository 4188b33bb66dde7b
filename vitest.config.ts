import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// What tests and the programs that they start keep for a while stays inside the checkout.
const scratch = join(import.meta.dirname, 'node_modules', '.cache', 'tests');
mkdirSync(scratch, { recursive: true });
process.env['TMPDIR'] = scratch;
process.env['KUBECACHEDIR'] = join(scratch, 'kubectl');

/**
 * Two projects: `unit` (pure, fast) and `integration` (real servers that the tests start themselves).
 * Both find their tests beside the sources that they test.
 */
export default defineConfig({
  test: {
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts', 'cfn/attach-enis/*.ts'],
      // The page of the report runs in a browser: its tests count nothing here.
      exclude: ['**/*.test.ts', 'src/**/main.ts', 'src/connectivity/report/page/**'],
      reporter: ['text-summary', 'html', 'json-summary'],
      thresholds: { lines: 95 },
    },
    projects: [
      {
        test: {
          name: 'unit',
          globalSetup: 'dev/testing/ensure-tools.ts',
          include: ['{src,cfn,dev}/**/*.test.ts'],
          exclude: ['**/*.integration.test.ts', '**/node_modules/**'],
          // Properties take a hundred times as long as examples, and machines are busy at times.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'integration',
          globalSetup: [
            'dev/testing/ensure-tools.ts',
            'dev/stand-ins/aws/testing/moto-fork-server.ts',
          ],
          setupFiles: 'dev/testing/end-processes.ts',
          include: ['{src,cfn,dev}/**/*.integration.test.ts'],
          exclude: ['**/node_modules/**'],
          testTimeout: 120_000,
          hookTimeout: 900_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
