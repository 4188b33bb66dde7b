import { CloudError } from '../../../../src/core/errors.ts';

/** A fact's answer as the SDK's real client gives it: an error or an output. */
export interface Given {
  readonly error: unknown;
  readonly output: unknown;
}

/** Asks a decider of the product what it makes of an answer. */
export type Ask = (given: Given) => unknown;

/** Its clients go to the server with the fact's answer, to which the environment leads them. */
export const CALLER = {
  region: 'ap-northeast-2',
  credentials: async () => ({ accessKeyId: 'AKIAFACTS', secretAccessKey: 's' }),
  runId: 'facts',
};

interface Command {
  readonly constructor: { readonly name: string };
}

/**
 * An SDK client that gives the answer to one call, and to each other call what `others` has for it, or nothing in
 * particular.
 */
export function clientGiving<Client>(
  { error, output }: Given,
  call: string,
  others: Readonly<Record<string, object>> = {},
): Client {
  const send = async ({ constructor: { name } }: Command) => {
    const called = name.replace(/Command$/, '');
    if (called !== call) return others[called] ?? {};
    if (error !== undefined) throw error;
    return output;
  };
  return { send } as unknown as Client;
}

/** What becomes of work: its result, the words of an explained failure, or the name of any other error. */
export async function outcomeOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CloudError) return `${error.failure.reason}\n${error.failure.nextStep}`;
    return error instanceof Error ? error.name : String(error);
  }
}
