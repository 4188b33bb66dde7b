import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { describe, expect, it } from 'vitest';
import { commandsIn } from '../../dev/stand-ins/github/runner-commands.ts';
import { runBundle } from '../../dev/testing/programs/run-bundle.ts';
import {
  type Attack,
  type HostileCluster,
  startHostileCluster,
} from '../../dev/testing/servers/hostile-cluster.ts';

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI' };

/** Runs the bundle of configure-multus against a cluster that attacks. */
async function attacked(attack: Attack) {
  const folder = await mkdtemp(join(tmpdir(), 'hostile-'));
  const cluster = await startHostileCluster(folder, attack);
  try {
    const run = await runBundle('configure-multus', inputsFor(cluster), KEYS);
    return { ...run, credentials: [...cluster.credentials] };
  } finally {
    await cluster.stop();
    await rm(folder, { recursive: true });
  }
}

function inputsFor({ endpoint, certificateAuthority }: HostileCluster) {
  return {
    'cluster-name': 'hostile',
    'cluster-endpoint': endpoint,
    'cluster-certificate-authority': certificateAuthority,
    'aws-region': 'ap-northeast-2',
    networks:
      '- { name: n, master: eth1, ipam: host-local, subnet: 10.0.4.0/24, range: 10.0.4.70-10.0.4.80 }',
    'timeout-minutes': '1',
  };
}

const refusal = (message: string) => ({ status: 422, body: { kind: 'Status', message } });

/** What people and other jobs can read: everything but the commands that hide secrets. */
const shown = (log: string) => log.replaceAll(/^::add-mask::.*$/gm, '');

describe('a cluster that attacks the job', () => {
  it.each([
    ['as it is', (header: string) => `denied: Authorization: ${header}`],
    ['in JSON', (header: string) => JSON.stringify({ headers: { authorization: header } })],
    ['in a URL', (header: string) => `https://x/?h=${encodeURIComponent(header)}`],
    ['without its scheme', (header: string) => `token=${header.replace('Bearer ', '')} is unknown`],
  ])('gets no token shown when it repeats the header %s', async (_, repeat) => {
    const run = await attacked(({ headers }) => refusal(repeat(headers.authorization ?? '')));
    expect(run.exitCode, run.log).toBe(1);
    expect(run.errors).toHaveLength(1);
    expect(run.errors[0]).toContain('[removed]');
    const [token = ''] = run.credentials;
    expect(token).toMatch(/^k8s-aws-v1\./);
    // The runner hides it, too, should any other program of the job print it.
    expect(commandsIn(run.log)).toContainEqual({ name: 'add-mask', data: token });
    expect(run.log.slice(0, run.log.indexOf(token)).endsWith('::add-mask::')).toBe(true);
    for (const text of [shown(run.log), run.summary, JSON.stringify(run.outputs)]) {
      expect(text).not.toContain(token.slice(11, 80));
    }
  });

  it.each([
    '\n::set-output name=x::SMUGGLED',
    '\u0085::add-path::SMUGGLED',
    '\n\u2028\u0085 ::stop-commands::SMUGGLED',
    '\r::warning::SMUGGLED',
    '##[add-path]SMUGGLED',
    '%0A::notice::SMUGGLED',
    '\n\ufeff::debug::SMUGGLED',
    '\n\u200b::add-mask::SMUGGLED',
  ])('runs no command in the job by %j', async (smuggled) => {
    // A refusal of the identity is logged, and tried again; then another one ends the run.
    let asked = 0;
    const run = await attacked(() => {
      asked += 1;
      return { ...refusal(`${smuggled} and ${smuggled}`), status: asked === 1 ? 401 : 422 };
    });
    expect(run.log).toContain('Not let in yet (401 ');
    const commands = commandsIn(run.log).filter(({ data }) => data.includes('SMUGGLED'));
    expect(commands.map(({ name }) => name)).toEqual(['error']);
  });

  it('puts no link, image or mention into the summary', async () => {
    const evil = '[x](https://evil.example) ![i](//evil.example/i.png) @octocat <img src=x> `#1`';
    const run = await attacked(({ url = '' }) => {
      if (url.includes('selfsubjectreviews')) {
        return { status: 201, body: { status: { userInfo: { username: evil } } } };
      }
      if (url.includes('selfsubjectaccessreviews')) {
        return { status: 201, body: { status: { allowed: true } } };
      }
      return refusal(evil);
    });
    expect(run.summary).toContain('Connected as');
    const html = micromark(run.summary, { extensions: [gfm()], htmlExtensions: [gfmHtml()] });
    const elements = new Set([...html.matchAll(/<([a-z]\w*)/g)].map(([, tag]) => tag));
    expect([...elements].filter((tag) => !['h2', 'h3', 'p', 'code'].includes(tag ?? ''))).toEqual(
      [],
    );
    expect(html).toContain(`<code>${evil.replace('<', '&lt;').replace('>', '&gt;')}</code>`);
  });
});
