import { afterAll } from 'vitest';
import { endOnSignals, stopAll } from '../../tools/process.ts';

// After each file of tests: ends programs that a test or a hook left running because it timed out.
afterAll(() => stopAll(0));
// The same when somebody interrupts the tests.
endOnSignals();
