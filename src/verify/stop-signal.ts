import { ClusterError } from '../core/errors.ts';

/**
 * A signal that aborts when the runner stops the step: SIGINT when a job is cancelled, SIGTERM 7.5 seconds later. The
 * handlers stay, so that the second signal does not end the process during the clean-up.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () =>
      controller.abort(
        new ClusterError({
          resource: 'verify',
          reason: `stopped by ${name} before it was done`,
          nextStep: 'the sample pods were removed; run the job again for a report',
        }),
      ),
    );
  }
  return controller.signal;
}
