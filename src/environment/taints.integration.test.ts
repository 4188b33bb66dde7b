import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureTools } from '../../dev/tools/install/tools.ts';
import { consoleProgress } from '../../dev/tools/progress.ts';
import { STARTUP_TAINT_TEXT } from './shared-cluster.ts';
import { parseTaint, taintText } from './taints.ts';

/** The real kubelet reads its flags before it prints its version. */
let kubelet: string;
beforeAll(async () => {
  const { bin } = await ensureTools(['control-plane'], consoleProgress());
  kubelet = join(bin, 'kubelet');
});

/** What the kubelet says of a value of its flag; undefined when it takes it. */
async function refusal(taints: string): Promise<string | undefined> {
  const args = [`--register-with-taints=${taints}`, '--version'];
  return promisify(execFile)(kubelet, args).then(
    () => undefined,
    (error: { readonly stderr: string }) => error.stderr,
  );
}

const word = fc.stringMatching(/^[A-Za-z0-9]([\w.-]{0,62}[A-Za-z0-9])?$/);
const taintKey = fc
  .tuple(fc.option(fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?(\.[a-z]{1,9})?$/)), word)
  .map(([domain, name]) => (domain === null ? name : `${domain}/${name}`));
const text = fc
  .record({
    key: taintKey,
    value: fc.option(word),
    effect: fc.constantFrom('NoSchedule', 'PreferNoSchedule', 'NoExecute'),
  })
  .map(({ key, value, effect }) => `${key}${value === null ? '' : `=${value}`}:${effect}`);
/** Texts that are almost taints. */
const nearly = fc.stringMatching(/^[a-z./_-]{1,6}(=[a-z.-]{0,4})?(:(NoSchedule|NoExecute|No))?$/);

describe('the kubelet', () => {
  it('takes what is read as a taint', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(text, nearly), async (written) => {
        const taint = parseTaint(written);
        if (taint !== undefined) expect(await refusal(taintText(taint)), written).toBeUndefined();
      }),
      { numRuns: 50 },
    );
  });

  it('refuses what is not, and several with one key and effect', async () => {
    await fc.assert(
      fc.asyncProperty(nearly, async (written) => {
        // The flag also takes what removes taints of a node that is there, which registers with nothing.
        if (parseTaint(written) !== undefined || written.endsWith('-')) return;
        expect(await refusal(written), written).toContain('--register-with-taints');
      }),
      { numRuns: 50 },
    );
    expect(await refusal('a:NoSchedule,a=b:NoSchedule')).toContain('duplicated taints');
  });

  it('takes the startup taint beside others', async () => {
    expect(await refusal(`${STARTUP_TAINT_TEXT},dedicated=media:NoExecute`)).toBeUndefined();
  });
});
