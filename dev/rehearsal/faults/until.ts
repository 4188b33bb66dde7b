import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 120_000;

/** Polls until a condition holds. */
export async function untilTrue(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within ${PATIENCE_MS / 1000} s: ${condition}`);
    await delay(300);
  }
}
