import { describe, expect, it } from 'vitest';
import { fakeKubernetesApi } from '../../../dev/testing/fakes/fake-kubernetes-api.ts';
import { ApiError } from '../../kubernetes/api-error.ts';
import { RUN_LABEL } from './cluster.ts';
import { createOnce } from './kubernetes-cluster.ts';

const ofRun = (run: string) => ({ metadata: { labels: { [RUN_LABEL]: run } } });
const status = (code: number, reason: string, message = '') =>
  new ApiError(code, { kind: 'Status', code, reason, message });
const TAKEN = status(409, 'AlreadyExists', 'pods "a" already exists');

/** Creates while the answers are these errors, one after another; gives the number of attempts. */
async function creating(errors: readonly unknown[], there?: ReturnType<typeof ofRun>) {
  let attempts = 0;
  const create = async () => {
    const error = errors[attempts];
    attempts += 1;
    if (error !== undefined) throw error;
  };
  await createOnce(fakeKubernetesApi({}), ofRun('ours'), create, async () => there);
  return attempts;
}

describe('an object is created', () => {
  it.each([
    [
      'the quota was counted by somebody else at that moment',
      status(409, 'Conflict', 'Operation cannot be fulfilled on resourcequotas "q"'),
    ],
    ['the API server is busy', status(429, 'TooManyRequests')],
    ['the connection ended', Object.assign(new Error('reset'), { code: 'ECONNRESET' })],
    [
      'its namespace is too new',
      status(
        403,
        'Forbidden',
        'error looking up service account n/default: serviceaccount "default" not found',
      ),
    ],
  ])('at the second attempt, when %s', async (_, error) => {
    expect(await creating([error])).toBe(2);
  });

  it('even when the answer to the first attempt was lost', async () => {
    const lost = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
    expect(await creating([lost, TAKEN], ofRun('ours'))).toBe(2);
  });
});

describe('an object is not created', () => {
  it('when its name is taken', async () => {
    await expect(creating([TAKEN], ofRun('theirs'))).rejects.toBe(TAKEN);
    await expect(creating([TAKEN])).rejects.toBe(TAKEN);
  });

  it('when the API server refuses', async () => {
    const refusal = status(403, 'Forbidden', 'exceeded quota: q');
    await expect(creating([refusal])).rejects.toBe(refusal);
  });
});
