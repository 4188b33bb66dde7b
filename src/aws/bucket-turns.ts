/** How often, and with which pauses, S3 is asked again: five minutes in all. */
const ATTEMPTS = 60;
const PAUSE_MS = 5_000;

/**
 * Sets a bucket up although other environments of the account make and delete the same one: does `work` again while
 * S3 refuses it because the bucket is still being deleted (`OperationAborted`), or because it has just gone.
 */
export async function takingTurns<Result>(
  work: () => Promise<Result>,
  sleep: (ms: number) => Promise<void>,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= ATTEMPTS || !isAnothersTurn(error)) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

function isAnothersTurn(error: unknown): boolean {
  return error instanceof Error && /^(OperationAborted|NoSuchBucket)$/.test(error.name);
}
