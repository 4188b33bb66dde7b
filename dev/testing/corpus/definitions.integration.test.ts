import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { asInputProblem } from '../../../src/networks/network-spec.ts';
import { planAttachments } from '../../../src/networks/plan-attachments.ts';
import { ensureTools } from '../../tools/install/tools.ts';
import { consoleProgress } from '../../tools/progress.ts';
import { applyManifest, whenServed } from '../servers/lab-cluster.ts';
import { setUpApiServer } from '../setup/api-server.ts';
import { BY_MULTUS } from './multus-definitions.ts';
import { BY_PLATFORMS } from './platform-definitions.ts';
import { BY_PLUGINS } from './plugin-definitions.ts';
import { BY_TOOLS } from './tool-definitions.ts';

/** What projects publish. All of it is good. */
const UPSTREAM = [...BY_MULTUS, ...BY_PLUGINS, ...BY_PLATFORMS];
const CORPUS = [...UPSTREAM, ...BY_TOOLS];
const cluster = setUpApiServer();

/** What kubectl and a real API server make of each entry: the configuration, or the reason. */
const judged = new Map<number, { readonly config?: string; readonly error?: string }>();

beforeAll(async () => {
  await applyManifest(cluster.connection, 'multus', 'definition.yaml');
  await whenServed(() => applyManifest(cluster.connection, 'nads', 'lab.yaml'));
  const { bin } = await ensureTools(['control-plane'], consoleProgress());
  const folder = join(cluster.folder, 'corpus');
  await mkdir(folder);
  const AT_ONCE = 6;
  const waiting = CORPUS.entries();
  const worker = async () => {
    for (const [index, { text }] of waiting) {
      const file = join(folder, `${index}.yaml`);
      await writeFile(file, text);
      judged.set(index, await kubectl(join(bin, 'kubectl'), file));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
});

async function kubectl(program: string, file: string) {
  const own = ['--kubeconfig', cluster.kubeconfig, '--cache-dir', join(cluster.folder, 'cache')];
  const print = 'jsonpath={.spec.config}{.items[0].spec.config}';
  const create = ['create', '--dry-run=server', '--validate=strict', '-f', file, '-o', print];
  return promisify(execFile)(program, [...own, ...create]).then(
    ({ stdout }) => ({ config: stdout }),
    ({ stderr }: { stderr: string }) => ({ error: stderr }),
  );
}

/** What the pack makes of an entry, as a file that the input networks-files names. */
function taken(text: string) {
  const item = { origin: 'nads.yaml', raw: text, input: 'networks-files' } as const;
  const plan = planAttachments([item], undefined, 'default');
  if ('attachments' in plan) return plan;
  return plan.problems.map(asInputProblem);
}

it('has enough of what projects publish', () => {
  expect(CORPUS.length).toBeGreaterThanOrEqual(82);
  expect(UPSTREAM.every(({ refused }) => refused === undefined)).toBe(true);
  expect(new Set(CORPUS.map(({ text }) => text)).size).toBe(CORPUS.length);
});

describe.each([...CORPUS.entries()].map(([index, one]) => ({ index, ...one })))(
  '$source ($index)',
  ({ index, text, refused, byKubectl = false }) => {
    it('is for kubectl what the corpus says', () => {
      const { error } = judged.get(index) ?? {};
      expect(error !== undefined, error).toBe(byKubectl);
    });

    it('is for the pack what it is for kubectl, or refused with the reason', () => {
      const outcome = taken(text);
      if ('attachments' in outcome) {
        expect(refused).toBeUndefined();
        const [attachment] = outcome.attachments;
        expect(attachment?.definition.spec?.config ?? '').toBe(judged.get(index)?.config);
      } else {
        const words = outcome.map(({ input, value, allowed }) => `${input} ${value} ${allowed}`);
        expect(words.join('\n')).toMatch(refused ?? /is not refused/);
        expect(words.join('\n')).toMatch(/^networks-files .*nads\.yaml/s);
      }
    });
  },
);
