import { afterAll, vi } from 'vitest';
import { endOnSignals, stopAll } from '../../tools/process.ts';

// After each file of tests: ends programs that a test or a hook left running because it timed out, and gives the next file
// of the worker the environment as it was.
afterAll(async () => {
  vi.unstubAllEnvs();
  await stopAll(0);
});
// The same when somebody interrupts the tests.
endOnSignals();
