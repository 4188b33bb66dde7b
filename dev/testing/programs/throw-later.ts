import { systemClock } from '../../../src/core/clock.ts';
import { mask } from '../../../src/github/mask.ts';
import { runAction } from '../../../src/github/run-action.ts';

/** An action in which something throws that nobody awaits, with a message of a hostile server. */
await runAction(async () => {
  mask('opaque-secret-of-the-job');
  setImmediate(() => {
    throw new Error(
      'no\n::set-output name=x::SMUGGLED\n\u0085##[add-path]SMUGGLED opaque-secret-of-the-job',
    );
  });
  await systemClock.sleep(60_000);
});
