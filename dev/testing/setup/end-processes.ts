import { afterAll } from 'vitest';
import { endOnSignals, stopAll } from '../../tools/process.ts';

// Around each file of tests: what a test or a hook has started and could not end, as its time was over, ends here.
afterAll(() => stopAll(0));
// And what is running when somebody interrupts the tests.
endOnSignals();
